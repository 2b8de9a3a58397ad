using Lamina.Execution;
using Lamina.Execution.Shells;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Internal;

/// <summary>GET /_lamina/functions/NAME/start: in what the function starts when no environment of it is idle, and why.</summary>
internal sealed class FunctionStart(FunctionDirectory directory, Invoker invoker) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["functions", "*", "start"];

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        FunctionVersion function = directory.Resolve(call.Caller, call.Target.Segments[2], call.Target.Query("Qualifier"));
        StartPath start = invoker.DescribeStart(function);
        ReadOnlyMemory<byte> body = WireJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("path", start.Kind.ToString().ToLowerInvariant());
            writer.WriteString("why", start.Why);
            writer.WriteEndObject();
        });
        return Task.FromResult(Answer.Bytes(200, "application/json", body, owner: null));
    }
}
