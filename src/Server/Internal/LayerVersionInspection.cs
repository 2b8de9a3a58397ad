using System.Globalization;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Layers.Inspection;
using Lamina.Server.Operations;
using Lamina.Server.Wire;

namespace Lamina.Server.Internal;

/// <summary>
/// GET /_lamina/layers/NAME/versions/N/inspection?Runtime=…&amp;Architecture=…: a layer version alone. Open to whoever may get the version.
/// </summary>
internal sealed class LayerVersionInspection(LayerLibrary library, LayerInspector inspector) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["layers", "*", "versions", "*", "inspection"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        if (!long.TryParse(call.Target.Segments[4], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            throw AwsError.Validation($"'{call.Target.Segments[4]}' is not the number of a layer version.");
        }

        LayerVersionArn arn = LayerAddress.Version(call.Caller, call.Target.Segments[2], number);
        LayerVersion version = library.Get(call.Caller, arn);
        InspectionTarget target = InspectionTarget.Of(call.Target.Query("Runtime"), call.Target.Query("Architecture"), version);
        Inspection inspection = await inspector.InspectAsync(
            [new LayerReference { Arn = arn.ToString(), Content = version.Content }], code: null, target, cancellationToken);
        return Answer.Bytes(200, "application/json", WireJson.Write(writer => InspectionJson.Write(writer, inspection)), owner: null);
    }
}
