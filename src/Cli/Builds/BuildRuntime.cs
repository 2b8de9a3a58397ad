using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Lamina.Cli.Builds;

/// <summary>A Lambda runtime id, as far as a build must know it: <c>python3.11</c> is family python, version 3.11.</summary>
internal sealed partial record BuildRuntime(string Id, string Family, string Version)
{
    public static BuildRuntime Parse(string id) => Pattern().Match(id) is { Success: true } match
        ? new BuildRuntime(id, match.Groups["family"].Value, match.Groups["version"].Value)
        : throw new CliError(
            $"'{id}' is not the name of a runtime.",
            "--runtime",
            "Say it as Lambda does, for example python3.11, nodejs20.x, java21, ruby3.3.");

    // python3.11, nodejs20.x, java21, java8.al2, ruby3.3, dotnet8, provided.al2023
    [GeneratedRegex(@"^(?<family>python|nodejs|java|ruby|dotnet|provided)(?<version>\d+(\.\d+)?)?(\.[a-z0-9]+)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}

/// <summary>An architecture by the names of all who are asked for it.</summary>
/// <param name="Name">Lambda's.</param>
internal sealed record BuildArchitecture(string Name, string Python, string Node, bool IsThisMachine)
{
    private static readonly BuildArchitecture[] All =
    [
        new("x86_64", "x86_64", "x64", RuntimeInformation.OSArchitecture == Architecture.X64),
        new("arm64", "aarch64", "arm64", RuntimeInformation.OSArchitecture == Architecture.Arm64),
    ];

    public static BuildArchitecture ThisMachine => Array.Find(All, static architecture => architecture.IsThisMachine) ?? All[0];

    public static BuildArchitecture Parse(string name) => Array.Find(All, architecture => architecture.Name == name)
        ?? throw new CliError($"'{name}' is not an architecture of Lambda.", "--architecture", "Say x86_64 or arm64.");
}
