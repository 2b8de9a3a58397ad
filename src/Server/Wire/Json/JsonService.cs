using System.Collections.Immutable;
using System.Text.Json;
using Lamina.Contract;
using Lamina.Contract.Json;
using Lamina.Contract.Models;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire.Json;

/// <summary>
/// A service that is asked with <c>X-Amz-Target: PREFIX.OPERATION</c> and JSON. (1) The body within its limit, and the one that was
/// signed; (2) the operation by its name; (3) its constraints; (4) where policies are enforced, whether the caller may; (5) the operation.
/// </summary>
internal sealed class JsonService
{
    public const string TargetHeader = "X-Amz-Target";

    private readonly ServiceOperations<IJsonOperation> _operations;
    private readonly Func<string, AwsError> _invalid;
    private readonly Action<JsonCall, string>? _authorize;

    /// <param name="name">As signatures' scopes have it: logs.</param>
    /// <param name="targetPrefix">Logs_20140328</param>
    /// <param name="invalid">The service's error for violated constraints.</param>
    /// <param name="authorize">Throws when the caller's policies do not allow the operation; null where policies are not enforced.</param>
    public JsonService(
        string name,
        string targetPrefix,
        ImmutableArray<OperationModel> model,
        IReadOnlyList<IJsonOperation> served,
        Func<string, AwsError> invalid,
        Action<JsonCall, string>? authorize)
    {
        Name = name;
        TargetPrefix = targetPrefix;
        _invalid = invalid;
        _authorize = authorize;
        _operations = new ServiceOperations<IJsonOperation>(name, model, served);
    }

    public string Name { get; }

    public string TargetPrefix { get; }

    public JsonDialect Dialect { get; init; } = JsonDialect.Plain;

    /// <summary>Null: that of a small request.</summary>
    public BodyLimit? Limit { get; init; }

    public async Task<Answer> AnswerAsync(HttpRequest request, Authenticated sender, CancellationToken cancellationToken)
    {
        string contentType = JsonServices.ContentTypeOf(request);

        // 1. The body.
        using RequestBytes body = await BodyReader.ReadAsync(request, Limit ?? BodyLimit.Small(Name), cancellationToken);
        try
        {
            sender.VerifyBody?.Invoke(body.Memory);

            // 2. The operation.
            string action = ActionOf(request);
            if (!_operations.TryFind(action, out OperationModel? model, out IJsonOperation? operation))
            {
                throw Unknown($"{Name} has no operation '{(action.Length > 100 ? action[..100] : action)}'.");
            }

            // 3. Constraints.
            using JsonDocument document = JsonRequest.Parse(body.Memory);
            JsonCall call = new(sender.Caller, JsonRequest.Read(document.RootElement, model, _invalid));

            // 4. and 5.
            _authorize?.Invoke(call, action);
            return JsonAnswer.Of(await operation.HandleAsync(call, cancellationToken), contentType, Dialect);
        }
        catch (AwsError error)
        {
            return JsonAnswer.Of(error, contentType, Dialect);
        }
    }

    private static string ActionOf(HttpRequest request)
    {
        string target = request.Headers[TargetHeader].ToString();
        int dot = target.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? throw Unknown($"The request has no header {TargetHeader} that names an operation.") : target[(dot + 1)..];
    }

    private static AwsError Unknown(string message) => new("UnknownOperationException", 400, message, AwsErrorBody.LowerMessageOnly);
}
