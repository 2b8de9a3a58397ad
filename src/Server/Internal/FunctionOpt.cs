using System.Collections.Immutable;
using Lamina.Functions;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Internal;

/// <summary>GET /_lamina/functions/NAME/opt: the merged /opt of a function and where each path comes from.</summary>
internal sealed class FunctionOpt(FunctionDirectory directory, OptInspector inspector) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["functions", "*", "opt"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        FunctionVersion function = directory.Resolve(call.Caller, call.Target.Segments[2], call.Target.Query("Qualifier"));
        ImmutableArray<OptEntry> entries = await inspector.InspectAsync(function.Layers, cancellationToken);
        return Answer.Bytes(200, "application/json", WireJson.Write(writer => InspectionJson.WriteEntries(writer, entries)), owner: null);
    }
}
