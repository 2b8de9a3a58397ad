using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Contract.Models;
using Lamina.Contract.Query;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire.Query;

/// <summary>
/// A service that is asked with <c>Action=…&amp;Version=…</c> in a form, or in the query of a GET. (1) The body within its limit, and the
/// one that was signed; (2) the parameters; (3) the operation by its name; (4) its constraints; (5) the operation; (6) XML.
/// </summary>
internal sealed class QueryService
{
    private readonly ServiceOperations<IQueryOperation> _operations;
    private readonly Action<QueryCall, string>? _authorize;

    /// <param name="authorize">Throws when the caller's policies do not allow the operation; null where they are not enforced, or the operations see to it.</param>
    public QueryService(
        string name,
        string version,
        ImmutableArray<OperationModel> model,
        IReadOnlyList<IQueryOperation> served,
        Action<QueryCall, string>? authorize)
    {
        _authorize = authorize;
        Name = name;
        Version = version;
        Namespace = $"https://{name}.amazonaws.com/doc/{version}/";
        _operations = new ServiceOperations<IQueryOperation>(name, model, served);
    }

    public string Name { get; }

    public string Version { get; }

    public string Namespace { get; }

    public async Task<Answer> AnswerAsync(
        HttpRequest request, RequestTarget target, Authenticated sender, string requestId, CancellationToken cancellationToken)
    {
        // 1. The body.
        RequestBytes body = await BodyReader.ReadAsync(request, BodyLimit.Small(Name), cancellationToken);
        try
        {
            sender.VerifyBody?.Invoke(body.Memory);

            // 2. The parameters.
            IReadOnlyDictionary<string, string> parameters = Parameters(target, body.Memory);

            // 3. The operation.
            string action = parameters.GetValueOrDefault("Action") ?? throw Error("MissingAction", 400, "The request has no parameter Action.");
            if (parameters.GetValueOrDefault("Version") is { } version && version != Version)
            {
                throw Error("InvalidAction", 400, $"Could not find operation {action} for version {version}");
            }

            if (!_operations.TryFind(action, out OperationModel? model, out IQueryOperation? operation))
            {
                throw Error("InvalidAction", 400, $"Could not find operation {action} for version {Version}");
            }

            // 4. and 5.
            QueryCall call = new(sender.Caller, QueryRequest.Read(parameters, model), requestId);
            _authorize?.Invoke(call, action);
            return QueryAnswer.Of(await operation.HandleAsync(call, cancellationToken), action, Namespace, requestId);
        }
        finally
        {
            body.Dispose();
        }
    }

    private static Dictionary<string, string> Parameters(RequestTarget target, ReadOnlyMemory<byte> body)
    {
        Dictionary<string, string> parameters = new(StringComparer.Ordinal);
        foreach ((string name, string value) in body.IsEmpty ? target.Pairs : RequestTarget.ParseForm(body.Span))
        {
            if (!parameters.TryAdd(name, value))
            {
                throw Error("MalformedInput", 400, $"The parameter '{(name.Length > 100 ? name[..100] : name)}' is there more than once.");
            }
        }

        return parameters;
    }

    private static AwsError Error(string code, int status, string message) => new(code, status, message, AwsErrorBody.LowerMessageOnly);
}
