using Lamina.Contract;
using Lamina.Functions;
using Lamina.Layers;
using Lamina.Layers.Inspection;
using Lamina.Server.Wire;

namespace Lamina.Server.Internal;

/// <summary>GET /_lamina/functions/NAME/inspection: totals, findings and the merged /opt of a function.</summary>
internal sealed class FunctionInspection(FunctionDirectory directory, LayerInspector inspector) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["functions", "*", "inspection"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        FunctionVersion function = directory.Resolve(call.Caller, call.Target.Segments[2], call.Target.Query("Qualifier"));
        StoredArchive code = function.Code ?? throw AwsError.InvalidParameterValue(
            $"The function {function.Name} is made of an image, which has no layers to inspect.");
        InspectionTarget target = new(function.Runtime is null ? [] : [function.Runtime], function.Architectures);
        Inspection inspection = await inspector.InspectAsync(
            function.Layers, new InspectedCode(function.Arn.ToString(), code), target, cancellationToken);
        return Answer.Bytes(200, "application/json", WireJson.Write(writer => InspectionJson.Write(writer, inspection)), owner: null);
    }
}
