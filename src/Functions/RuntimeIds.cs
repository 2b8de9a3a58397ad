using System.Collections.Frozen;
using Lamina.Contract;

namespace Lamina.Functions;

/// <summary>Which runtime ids a function may have. Whether this machine can run them is another question, answered when it starts.</summary>
internal static class RuntimeIds
{
    /// <summary>In the order in which AWS prints them (recorded January 2026).</summary>
    private static readonly string[] Printed =
    [
        "nodejs20.x", "python3.14", "provided.al2023", "python3.12", "python3.13", "nodejs24.x", "nodejs22.x", "java25", "python3.10",
        "python3.11", "java21", "ruby3.3", "ruby3.4", "ruby3.2", "python3.8", "python3.9", "java17", "nodejs16.x", "dotnet10", "dotnet8",
        "java11", "dotnet6", "nodejs18.x", "provided.al2", "java8.al2",
    ];

    /// <summary>What AWS's model has gained since. Accepted; where AWS prints them has not been seen.</summary>
    private static readonly string[] Newer = ["nodejs26.x", "python3.15", "ruby4.0", "java8.al2023", "java11.al2023", "java17.al2023"];

    private static readonly FrozenSet<string> Known = Printed.Concat(Newer).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Deprecated = FrozenSet.Create(
        StringComparer.Ordinal,
        "nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x", "java8", "python2.7",
        "python3.6", "python3.7", "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "go1.x", "ruby2.5", "ruby2.7",
        "provided");

    /// <summary>Java 11, Python 3.12, .NET 8 and what came after them (developer guide, page snapstart).</summary>
    private static readonly FrozenSet<string> SnapStart = FrozenSet.Create(
        StringComparer.Ordinal,
        "java11", "java17", "java21", "java25", "java11.al2023", "java17.al2023", "python3.12", "python3.13", "python3.14", "python3.15", "dotnet8",
        "dotnet10");

    /// <summary>Whether published versions with this runtime may be started from snapshots, as far as AWS's rules go.</summary>
    public static bool MayHaveSnapStart(string runtime) => SnapStart.Contains(runtime);

    public static void Check(string runtime)
    {
        if (Deprecated.Contains(runtime))
        {
            throw AwsError.InvalidParameterValue(
                $"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
                + "We recommend you use a supported runtime while creating or updating functions.");
        }

        if (!Known.Contains(runtime))
        {
            throw AwsError.InvalidParameterValue(
                $"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
                + $"[{string.Join(", ", Printed)}] or be a valid ARN");
        }
    }
}
