using System.Reflection;
using Lamina.Server.Wire;

namespace Lamina.Server.Internal;

/// <summary>GET /_lamina/health, /_localstack/health: what runs.</summary>
internal sealed class Health : IInternalRoute
{
    public static string Version { get; } =
        typeof(Health).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public IReadOnlyList<string> Path { get; } = ["health"];

    public bool ForFunctions => true;

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        ReadOnlyMemory<byte> body = WireJson.Write(static writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("services");
            writer.WriteString("lambda", "running");
            writer.WriteString("s3", "running");
            writer.WriteEndObject();
            writer.WriteString("edition", "lamina");
            writer.WriteString("version", Version);
            writer.WriteEndObject();
        });
        return Task.FromResult(Answer.Bytes(200, "application/json", body, owner: null));
    }
}
