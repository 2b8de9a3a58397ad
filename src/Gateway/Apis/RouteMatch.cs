using System.Collections.Immutable;

namespace Lamina.Gateway.Apis;

/// <summary>The route that takes a request, and what its path's variables stand for.</summary>
/// <param name="Parameters">As sent, not decoded; in the order of the path.</param>
internal sealed record RouteMatch(ApiRoute Route, ImmutableArray<KeyValuePair<string, string>> Parameters)
{
    /// <summary>
    /// The most particular route: segment by segment a word goes before a variable, a variable before <c>{proxy+}</c>, and then a method
    /// before ANY; at last <c>$default</c>. Null when no route takes the request.
    /// </summary>
    /// <param name="path">Without the stage, beginning with a slash.</param>
    public static RouteMatch? Find(ImmutableArray<ApiRoute> routes, string method, string path)
    {
        string[] segments = SegmentsOf(path);
        (ApiRoute Route, string Rank, ImmutableArray<KeyValuePair<string, string>> Parameters)? best = null;
        foreach (ApiRoute route in routes.Where(route => route.Method == method || route.Method == ApiRoute.AnyMethod))
        {
            if (Match(route, segments) is { } found && (best is null || string.CompareOrdinal(found.Rank, best.Value.Rank) < 0))
            {
                best = (route, found.Rank, found.Parameters);
            }
        }

        return best is { } match ? new RouteMatch(match.Route, match.Parameters) : null;
    }

    /// <summary>The less the rank as text, the more particular the route. Null when it does not match.</summary>
    private static (string Rank, ImmutableArray<KeyValuePair<string, string>> Parameters)? Match(ApiRoute route, string[] segments)
    {
        if (route.Path == ApiRoute.Default)
        {
            return ("9", []);
        }

        string[] wanted = SegmentsOf(route.Path);
        ImmutableArray<KeyValuePair<string, string>>.Builder parameters = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        string rank = "";
        for (int i = 0; i < wanted.Length; i++)
        {
            if (i >= segments.Length)
            {
                return null;
            }

            string name = wanted[i];
            bool isVariable = name is ['{', .., '}'];
            if (isVariable && name[^2] == '+')
            {
                parameters.Add(new(name[1..^2], string.Join('/', segments[i..])));
                return (rank + "3", parameters.ToImmutable());
            }

            if (!isVariable && name != segments[i])
            {
                return null;
            }

            if (isVariable)
            {
                parameters.Add(new(name[1..^1], segments[i]));
            }

            rank += isVariable ? "2" : "1";
        }

        return wanted.Length == segments.Length ? (rank + (route.Method == ApiRoute.AnyMethod ? "1" : "0"), parameters.ToImmutable()) : null;
    }

    /// <summary>A slash at the end is no segment of its own; one between two others is an empty one.</summary>
    private static string[] SegmentsOf(string path)
    {
        string inner = path.StartsWith('/') ? path[1..] : path;
        inner = inner.EndsWith('/') ? inner[..^1] : inner;
        return inner.Length == 0 ? [] : inner.Split('/');
    }
}
