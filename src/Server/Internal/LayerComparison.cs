using Lamina.Contract;
using Lamina.Layers;
using Lamina.Layers.Inspection;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>
/// GET /_lamina/layers/diff?From=ARN&amp;To=ARN: what changes from one layer version to another. POST with ?From=ARN and a zip: from that
/// version to the zip, of which nothing is stored. Open to whoever may get the versions.
/// </summary>
internal sealed class LayerComparison(LayerLibrary library, LayerInspector inspector) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["layers", "diff"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        (string fromName, StoredArchive from) = Find(call, "From");
        if (HttpMethods.IsGet(call.Context.Request.Method))
        {
            (string toName, StoredArchive to) = Find(call, "To");
            return AnswerOf(fromName, toName, await inspector.CompareAsync(from, to, cancellationToken));
        }

        using RequestBytes archive = await PostedArchive.ReadAsync(call.Context.Request, cancellationToken);
        return AnswerOf(fromName, call.Target.Query("Name") ?? "archive", await inspector.CompareAsync(from, archive.Memory, cancellationToken));
    }

    private (string Name, StoredArchive Content) Find(InternalCall call, string key) =>
        LayerVersionArn.TryParse(call.Target.Query(key), out LayerVersionArn? arn)
            ? (arn.ToString(), library.Get(call.Caller, arn).Content)
            : throw AwsError.Validation($"{key} must be the ARN of a layer version.");

    private static Answer AnswerOf(string from, string to, LayerDifference difference) =>
        Answer.Bytes(200, "application/json", WireJson.Write(writer => InspectionJson.Write(writer, from, to, difference)), owner: null);
}
