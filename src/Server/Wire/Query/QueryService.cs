using System.Collections.Frozen;
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
    private readonly FrozenDictionary<string, (OperationModel Model, IQueryOperation? Operation)> _operations;

    private readonly IamAuthorization? _authorization;

    /// <param name="authorization">Null where policies are not enforced, or the operations see to it themselves.</param>
    public QueryService(
        string name, string version, ImmutableArray<OperationModel> model, IReadOnlyList<IQueryOperation> served, IamAuthorization? authorization)
    {
        _authorization = authorization;
        Name = name;
        Version = version;
        Namespace = $"https://{name}.amazonaws.com/doc/{version}/";
        Dictionary<string, IQueryOperation> byName = served.ToDictionary(static operation => operation.Name, StringComparer.Ordinal);
        _operations = model.ToFrozenDictionary(
            static operation => operation.Name, operation => (operation, byName.GetValueOrDefault(operation.Name)), StringComparer.Ordinal);
        string[] wrong = [.. model.Where(operation => operation.Served != byName.ContainsKey(operation.Name)).Select(static operation => operation.Name)];
        if (wrong.Length > 0)
        {
            throw new InvalidOperationException($"{name}: {string.Join(", ", wrong)} must be in Operations/ or in docs/not-served.txt, and not in both.");
        }
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

            if (!_operations.TryGetValue(action, out (OperationModel Model, IQueryOperation? Operation) found))
            {
                throw Error("InvalidAction", 400, $"Could not find operation {action} for version {Version}");
            }

            IQueryOperation operation = found.Operation ?? throw Error(
                "NotImplementedException", 501, $"Lamina does not serve the operation {Name}:{action} yet (docs/not-served.txt lists all such operations).");

            // 4. and 5.
            QueryCall call = new(sender.Caller, QueryRequest.Read(parameters, found.Model), requestId);
            _authorization?.Check(call, action);
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
