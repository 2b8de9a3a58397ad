using System.Collections.Immutable;
using System.Text.Json;
using Lamina.Access;
using Lamina.Contract;
using Lamina.Server.Wire;

namespace Lamina.Server.Internal;

/// <summary>GET /_lamina/organizations: the organisations that `lamina up --organization` named, with their accounts.</summary>
internal sealed class OrganizationList(Organizations organizations) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["organizations"];

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        return Task.FromResult(Answer.Bytes(200, "application/json", WireJson.Write(Write), owner: null));
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach ((string id, ImmutableArray<AccountId> accounts) in organizations.Members)
        {
            writer.WriteStartArray(id);
            foreach (AccountId account in accounts)
            {
                writer.WriteStringValue(account.Value);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
