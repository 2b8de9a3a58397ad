using Lamina.Contract;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire.Query;

/// <summary>The services of the query protocol.</summary>
internal sealed class QueryServices(IReadOnlyList<QueryService> services)
{
    public QueryService? Find(string name) => services.FirstOrDefault(service => service.Name == name);

    /// <summary>Whether the client wants its errors in XML: it signs for one of these services, or posts a form to the root.</summary>
    public bool Speaks(HttpRequest request)
    {
        string authorization = request.Headers.Authorization.ToString();
        return (request.HasFormContentType && request.Path == "/")
            || services.Any(service => authorization.Contains($"/{service.Name}/aws4_request", StringComparison.Ordinal)
                || request.QueryString.Value?.Contains($"%2F{service.Name}%2Faws4_request", StringComparison.OrdinalIgnoreCase) == true);
    }

    /// <summary>An error in the namespace of the service that was asked, as far as it can be told.</summary>
    public Answer Answer(AwsError error, HttpRequest request, string requestId)
    {
        string authorization = request.Headers.Authorization.ToString();
        QueryService service = services.FirstOrDefault(service => authorization.Contains($"/{service.Name}/", StringComparison.Ordinal)) ?? services[0];
        return QueryAnswer.Of(error, service.Namespace, requestId);
    }
}
