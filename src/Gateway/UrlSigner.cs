using Lamina.Contract;

namespace Lamina.Gateway;

/// <summary>Who signed a request to a function URL.</summary>
/// <param name="VerifyBody">Not null when the signature can be verified only with the body; throws when it is not the signed one.</param>
public sealed record UrlSigner(Caller Caller, string AccessKeyId, Action<ReadOnlyMemory<byte>>? VerifyBody);
