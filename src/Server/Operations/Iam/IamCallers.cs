using Lamina.Contract;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal static class IamCallers
{
    /// <summary>Where no user is named, the caller is meant.</summary>
    public static string UserName(QueryCall call)
    {
        string[] names = call.Caller.PrincipalArn.Split(':', 6)[^1].Split('/');
        return call.Request.Text("UserName")
            ?? (names[0] == "user"
                ? names[^1]
                : throw new AwsError("ValidationError", 400, "Must specify userName when calling with non-User credentials", AwsErrorBody.LowerMessageOnly));
    }
}
