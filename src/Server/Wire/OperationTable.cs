using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Server.Wire;

/// <summary>The operations of Lambda by method and path.</summary>
internal sealed class OperationTable
{
    private readonly ILookup<string, Entry> _byFirstSegment;

    public OperationTable(IEnumerable<IOperation> operations)
    {
        Dictionary<string, IOperation> served = operations.ToDictionary(operation => operation.Name, StringComparer.Ordinal);
        _byFirstSegment = LambdaRoutes.All.Select(route => Entry.Of(route, served.GetValueOrDefault(route.Name)))
            // A route that asks for a query is more particular than one of the same path that does not.
            .OrderByDescending(entry => entry.QueryName is not null)
            .ToLookup(entry => entry.Segments[0], StringComparer.Ordinal);
    }

    /// <summary>True when the path starts like one of Lambda's.</summary>
    public bool Knows(RequestTarget target) => target.Segments.Count > 0 && _byFirstSegment.Contains(target.Segments[0]);

    /// <summary>Throws the error that names what is wrong when nothing matches.</summary>
    public Entry Find(string method, RequestTarget target)
    {
        List<string>? otherMethods = null;
        foreach (Entry entry in target.Segments.Count > 0 ? _byFirstSegment[target.Segments[0]] : [])
        {
            if (!entry.Matches(target))
            {
                continue;
            }

            if (entry.Route.Method == method)
            {
                return entry;
            }

            (otherMethods ??= []).Add(entry.Route.Method);
        }

        throw otherMethods is not null
            ? new AwsError(
                "MethodNotAllowedException",
                405,
                $"This path takes {string.Join(", ", otherMethods.Distinct())}, not {method}.",
                AwsErrorBody.LowerMessageOnly)
            : new AwsError("UnknownOperationException", 404, $"Lambda has no operation {method} of this path.", AwsErrorBody.LowerMessageOnly);
    }

    internal sealed record Entry(OperationRoute Route, string[] Segments, string? QueryName, string? QueryValue, IOperation? Operation)
    {
        public static Entry Of(OperationRoute route, IOperation? operation)
        {
            if (route.Served != operation is not null)
            {
                throw new InvalidOperationException($"{route.Name} must be in Operations/ or in docs/not-served.txt, and not in both.");
            }

            string[] parts = route.Template.Split('?');
            string[] query = parts is [_, var condition] ? condition.Split('=') : [];
            return new Entry(route, parts[0][1..].Split('/'), query is [var name, _] ? name : null, query is [_, var value] ? value : null, operation);
        }

        public bool Matches(RequestTarget target)
        {
            if (target.Segments.Count != Segments.Length)
            {
                return false;
            }

            for (int i = 0; i < Segments.Length; i++)
            {
                if (!IsLabel(Segments[i]) && Segments[i] != target.Segments[i])
                {
                    return false;
                }
            }

            return QueryName is null || target.Query(QueryName) == QueryValue;
        }

        public string? Label(string name, RequestTarget target)
        {
            for (int i = 0; i < Segments.Length; i++)
            {
                if (IsLabel(Segments[i]) && Segments[i].AsSpan(1, Segments[i].Length - 2).SequenceEqual(name))
                {
                    return target.Segments[i];
                }
            }

            return null;
        }

        private static bool IsLabel(string segment) => segment[0] == '{';
    }
}
