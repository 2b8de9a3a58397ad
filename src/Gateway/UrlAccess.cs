using Lamina.Functions.Urls;

namespace Lamina.Gateway;

/// <summary>
/// The one place that decides who may call a function URL. AWS_IAM: callers of the function's own account. NONE: everybody; AWS asks
/// a policy of the function for that, which functions do not have here yet.
/// </summary>
internal static class UrlAccess
{
    public static bool Allows(FunctionUrl url, UrlSigner? signer) =>
        url.AuthType == "NONE" || signer?.Caller.Account.Value == url.Account;
}
