using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Contract.S3;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire.S3;

/// <summary>The operations of S3 by method, scope, query and x-amz-copy-source. Of several that match, the most particular one.</summary>
internal sealed class S3RouteTable
{
    private readonly Entry[] _entries;

    public S3RouteTable(IEnumerable<IS3Operation> operations)
    {
        Dictionary<string, IS3Operation> served = operations.ToDictionary(static operation => operation.Name, StringComparer.Ordinal);
        _entries = [.. S3Routes.All.Select(route => Entry.Of(route, served.GetValueOrDefault(route.Name)))
            .OrderByDescending(static entry => entry.Route.Queries.Length + (entry.Route.Copies ? 1 : 0))
            // Two operations of one route differ by the kind of bucket or by age; one of them is served.
            .ThenByDescending(static entry => entry.Route.Served)];
    }

    /// <summary>Throws <c>NotImplemented</c> naming the operation, or <c>MethodNotAllowed</c>.</summary>
    public IS3Operation Find(HttpRequest request, S3Scope scope, S3Target target)
    {
        bool copies = request.Headers.ContainsKey("x-amz-copy-source");
        Entry entry = _entries.FirstOrDefault(entry => entry.Matches(request.Method, scope, target, copies))
            ?? throw S3Errors.Of(
                "MethodNotAllowed",
                405,
                "The specified method is not allowed against this resource.",
                ("Method", request.Method),
                ("ResourceType", scope.ToString().ToUpperInvariant()));
        return entry.Operation ?? throw S3Errors.Of(
            "NotImplemented", 501, $"Lamina does not serve the operation {entry.Route.Name} of S3 yet (docs/not-served.txt lists all such operations).");
    }

    private sealed record Entry(S3Route Route, IS3Operation? Operation)
    {
        public static Entry Of(S3Route route, IS3Operation? operation) => route.Served == operation is not null
            ? new Entry(route, operation)
            : throw new InvalidOperationException($"s3:{route.Name} must be in Operations/S3 or in docs/not-served.txt, and not in both.");

        public bool Matches(string method, S3Scope scope, S3Target target, bool copies) =>
            Route.Method == method && Route.Scope == scope && (copies || !Route.Copies) && Route.Queries.All(query => Has(target, query));

        private static bool Has(S3Target target, string query)
        {
            int equals = query.IndexOf('=', StringComparison.Ordinal);
            return equals < 0 ? target.Query(query) is not null : target.Query(query[..equals]) == query[(equals + 1)..];
        }
    }
}
