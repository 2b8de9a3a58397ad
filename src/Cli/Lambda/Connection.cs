namespace Lamina.Cli.Lambda;

/// <summary>Which server is spoken to, and as whom: the access key decides the account, the signature's scope the region.</summary>
/// <param name="AccessKeyId">A 12-digit account id or a key the server knows.</param>
internal sealed record Connection(Uri Endpoint, string Region, string AccessKeyId, string SecretAccessKey)
{
    /// <summary>Of temporary credentials.</summary>
    public string? SessionToken { get; init; }
}
