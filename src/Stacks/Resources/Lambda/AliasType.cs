using System.Globalization;
using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Lambda;

internal sealed class AliasType(StackRoomParts rooms) : IResourceType
{
    private static readonly AliasRoutingConfiguration NoRouting = new() { AdditionalVersionWeights = new Dictionary<string, double>() };

    public string Name => "AWS::Lambda::Alias";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set("FunctionName", "FunctionVersion", "Name", "Description", "RoutingConfig", "ProvisionedConcurrencyConfig"),
        Required = ["FunctionName", "FunctionVersion", "Name"],
        Replacing = ResourceShape.Set("FunctionName", "Name"),
        Attributes = ResourceShape.Set("AliasArn"),
    };

    public string? MarkBefore(ResourceCall call) => Find(call) is null ? null : throw Faults.Exists(Name, call.RequiredText("Name"));

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        FunctionAlias? alias = call.IsRepeated ? Find(call) : null;
        if (alias is null)
        {
            CreateAliasRequest request = LambdaRequests.CreateAlias(
                RequestBodies.Of(Body(call)).Span, new RequestNames(("FunctionName", call.RequiredText("FunctionName"))));
            alias = await rooms.Aliases.CreateAsync(call.Caller, request with { RoutingConfig = Routing(call) }, cancellationToken);
        }

        await call.InitiatedAsync(alias.Arn);
        await ProvisionAsync(call, [], cancellationToken);
        return Result(alias);
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        UpdateAliasRequest request = LambdaRequests.UpdateAlias(
            RequestBodies.Of(Body(call)).Span,
            new RequestNames(("FunctionName", call.RequiredText("FunctionName")), ("Name", call.RequiredText("Name"))));
        FunctionAlias alias = await rooms.Aliases.UpdateAsync(
            call.Caller,
            request with { Description = call.Text("Description") ?? "", RoutingConfig = Routing(call) ?? NoRouting },
            cancellationToken);
        await ProvisionAsync(call, before, cancellationToken);
        return Result(alias);
    }

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        int colon = call.PhysicalId!.LastIndexOf(':');
        return Faults.DeleteAsync(() => rooms.Aliases.DeleteAsync(call.Caller, call.PhysicalId[..colon], call.PhysicalId[(colon + 1)..], cancellationToken));
    }

    private static TemplateMap Body(ResourceCall call) => RequestBodies.Pick(call.Properties, "Name", "FunctionVersion", "Description");

    /// <summary>A list of FunctionVersion and FunctionWeight.</summary>
    private static AliasRoutingConfiguration? Routing(ResourceCall call)
    {
        if (call.Map("RoutingConfig")?["AdditionalVersionWeights"] is not TemplateList weights)
        {
            return null;
        }

        return new AliasRoutingConfiguration
        {
            AdditionalVersionWeights = weights.OfType<TemplateMap>().ToDictionary(
                static weight => Scalars.TextOf(weight["FunctionVersion"]) ?? "",
                static weight => double.TryParse(Scalars.TextOf(weight["FunctionWeight"]), CultureInfo.InvariantCulture, out double share)
                    ? share : throw StackErrors.Validation("FunctionWeight must be a number."),
                StringComparer.Ordinal),
        };
    }

    private Task ProvisionAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken) =>
        Provisioning.ApplyAsync(rooms, call, call.RequiredText("FunctionName"), call.RequiredText("Name"), before, cancellationToken);

    private FunctionAlias? Find(ResourceCall call) =>
        Faults.FindOrNull(() => rooms.Aliases.Get(call.Caller, call.RequiredText("FunctionName"), call.RequiredText("Name")));

    private static ResourceResult Result(FunctionAlias alias) => new(alias.Arn, new TemplateMap { ["AliasArn"] = alias.Arn });
}
