using Lamina.Contract;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>One of Lamina's own paths, below /_lamina.</summary>
internal interface IInternalRoute
{
    /// <summary>Decoded segments behind the first; <c>*</c> stands for any one.</summary>
    IReadOnlyList<string> Path { get; }

    /// <summary>
    /// Whether functions may call it too. Lamina's own paths show and change what belongs to the operator, so hardly any is.
    /// </summary>
    bool ForFunctions => false;

    /// <summary>Whether it is answered without a signature where keys are configured; what functions may call tells nobody's secrets.</summary>
    bool IsPublic => ForFunctions;

    Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken);
}

internal sealed record InternalCall(HttpContext Context, RequestTarget Target, Caller Caller);

/// <summary>Finds Lamina's own paths; test tools that wait for LocalStack's health path get an answer there too.</summary>
internal sealed class InternalRoutes(IReadOnlyList<IInternalRoute> routes)
{
    /// <summary>Null when the path is not one of ours; throws when it looks like one and is none, or is none for who asks.</summary>
    public IInternalRoute? Find(RequestTarget target, RequestOrigin origin)
    {
        if (target.Segments is not ["_lamina" or "_localstack", ..])
        {
            return null;
        }

        IInternalRoute found = routes.FirstOrDefault(route => IsMatch(route.Path, target.Segments))
            ?? throw new AwsError("NotFoundException", 404, "Lamina has no such path.", AwsErrorBody.LowerMessageOnly);
        return found.ForFunctions || origin == RequestOrigin.Port
            ? found
            : throw new AwsError("AccessDeniedException", 403, "Functions may not use this path of Lamina's own.", AwsErrorBody.UpperMessageOnly);
    }

    public static void RequireGet(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method))
        {
            throw WrongMethod(request, "GET");
        }
    }

    public static AwsError WrongMethod(HttpRequest request, string right) =>
        new("MethodNotAllowedException", 405, $"This path takes {right}, not {request.Method}.", AwsErrorBody.LowerMessageOnly);

    private static bool IsMatch(IReadOnlyList<string> path, IReadOnlyList<string> segments) =>
        path.Count == segments.Count - 1
        && path.Zip(segments.Skip(1), static (part, segment) => part == "*" || part == segment).All(static same => same);
}
