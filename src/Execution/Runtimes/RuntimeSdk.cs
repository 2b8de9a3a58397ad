using Lamina.Images;
using Lamina.Sandbox;

namespace Lamina.Execution;

/// <summary>
/// The AWS SDK that Lambda's own runtimes ship. `lamina runtimes sdk` fetches it once and keeps it as an image with one folder; our runtime
/// clients look for it where it is shown.
/// </summary>
internal static class RuntimeSdk
{
    /// <summary>Our clients in runtimes/ know it, too.</summary>
    private const string Folder = "/var/sdk";

    /// <summary>The one folder of the image.</summary>
    private const string Content = "sdk";

    private const string Repository = "lamina-sdk/";

    /// <summary>Null for a runtime that brings its own, or to which AWS ships none.</summary>
    public static string? RepositoryOf(RuntimeResolution runtime) =>
        runtime is { Family: "python" or "nodejs" or "ruby", Added: null or { IsRoot: false } } ? Repository + runtime.Family : null;

    public static bool IsShown(string repository, string? runtime) =>
        runtime is not null && repository == Repository + RuntimeCatalog.FamilyOf(runtime);

    public static HostBind BindOf(ImageLease lease) => new(Path.Combine(lease.Directories[0], Content), Folder);
}
