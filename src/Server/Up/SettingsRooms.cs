using Lamina.Functions;
using Lamina.Functions.CodeSigning;
using Lamina.Functions.EventSources;
using Lamina.Functions.Settings;
using Lamina.Functions.Urls;
using Lamina.Store;

namespace Lamina.Server.Up;

/// <summary>What belongs to functions beside their versions, over one catalog.</summary>
internal sealed record SettingsRooms(
    ResourceTags Tags,
    EventInvokeConfigs EventInvokeConfigs,
    RuntimeManagement Runtimes,
    RecursionControl Recursion,
    CodeSigningConfigs CodeSigning,
    FunctionCodeSigning FunctionCodeSigning,
    FunctionUrls Urls,
    EventSourceMappings Mappings)
{
    public static SettingsRooms Open(ICatalog catalog, FunctionPermissions permissions, TimeProvider time) => new(
        new ResourceTags(catalog, permissions),
        new EventInvokeConfigs(catalog, time),
        new RuntimeManagement(catalog),
        new RecursionControl(catalog),
        new CodeSigningConfigs(catalog, time),
        new FunctionCodeSigning(catalog),
        new FunctionUrls(catalog, time),
        new EventSourceMappings(catalog, time));
}
