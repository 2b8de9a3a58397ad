using System.Collections.Frozen;
using Lamina.Contract;

namespace Lamina.Layers.Inspection;

internal enum RuntimeFamily
{
    Python,
    NodeJs,
    Ruby,
    Java,
    DotNet,
    Provided,
}

/// <summary>What a runtime id says about the machine that AWS runs it on.</summary>
/// <param name="LanguageVersion">3.12, 20, 3.3; empty for provided.</param>
/// <param name="Glibc">Of the operating system below it.</param>
internal sealed record LambdaRuntime(string Id, RuntimeFamily Family, string LanguageVersion, string System, Version Glibc)
{
    // AWS's page lambda-runtimes, column "Operating system". Everything newer runs on Amazon Linux 2023.
    private static readonly FrozenSet<string> OnAmazonLinux2 = FrozenSet.Create(
        StringComparer.Ordinal,
        "python3.8", "python3.9", "python3.10", "python3.11", "nodejs12.x", "nodejs14.x", "nodejs16.x", "nodejs18.x", "java8.al2", "java11",
        "java17", "dotnet6", "ruby2.7", "ruby3.2", "provided.al2");

    // Amazon Linux 2 ships glibc 2.26, Amazon Linux 2023 glibc 2.34 (their release notes, "glibc").
    private static readonly Version AmazonLinux2Glibc = new(2, 26);
    private static readonly Version AmazonLinux2023Glibc = new(2, 34);

    private static readonly (string Prefix, RuntimeFamily Family)[] Families =
    [
        ("python", RuntimeFamily.Python), ("nodejs", RuntimeFamily.NodeJs), ("ruby", RuntimeFamily.Ruby), ("java", RuntimeFamily.Java),
        ("dotnet", RuntimeFamily.DotNet), ("provided", RuntimeFamily.Provided),
    ];

    /// <summary>Null for what is no runtime id.</summary>
    public static LambdaRuntime? Find(string id)
    {
        (string prefix, RuntimeFamily family) = Families.FirstOrDefault(known => id.StartsWith(known.Prefix, StringComparison.Ordinal));
        if (prefix is null)
        {
            return null;
        }

        string version = id[prefix.Length..];
        string language = family == RuntimeFamily.Provided ? string.Empty : version.Replace(".x", string.Empty, StringComparison.Ordinal);
        bool known = family == RuntimeFamily.Provided ? version is ".al2" or ".al2023" : language.Length > 0 && char.IsAsciiDigit(language[0]);
        if (!known)
        {
            return null;
        }

        return OnAmazonLinux2.Contains(id)
            ? new LambdaRuntime(id, family, language, "Amazon Linux 2", AmazonLinux2Glibc)
            : new LambdaRuntime(id, family, language, "Amazon Linux 2023", AmazonLinux2023Glibc);
    }

    public static LambdaRuntime Parse(string id) => Find(id)
        ?? throw AwsError.Validation($"'{id}' is not a Lambda runtime. Say one like python3.13, nodejs22.x or provided.al2023.");
}
