using Lamina.Contract;

namespace Lamina.Gateway;

/// <summary>Who signed a request to a function URL.</summary>
public sealed record UrlSigner(Caller Caller, string AccessKeyId);
