using System.Text.Json.Serialization;

namespace Lamina.Access.Sessions;

/// <summary>Whom temporary credentials stand for, and until when. Travels inside the session token, so its names are short.</summary>
public sealed record Session
{
    [JsonPropertyName("k")]
    public required string AccessKeyId { get; init; }

    [JsonPropertyName("a")]
    public required string Account { get; init; }

    /// <summary>For example <c>arn:aws:sts::111122223333:assumed-role/deploy/ann</c>.</summary>
    [JsonPropertyName("p")]
    public required string PrincipalArn { get; init; }

    /// <summary>For example <c>AROA…:ann</c>.</summary>
    [JsonPropertyName("i")]
    public required string PrincipalId { get; init; }

    /// <summary>Unix seconds; null for the session of an execution environment, which ends with it.</summary>
    [JsonPropertyName("e")]
    public required long? Expires { get; init; }

    [JsonPropertyName("s")]
    public required string? Policy { get; init; }

    /// <summary>The function in whose environment it is; left out of every other session, whose secret follows from the bytes of its claims.</summary>
    [JsonPropertyName("f")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SourceFunctionArn { get; init; }
}

/// <summary>What a holder of a session signs with.</summary>
public sealed record SessionCredentials(string AccessKeyId, string SecretAccessKey, string SessionToken, DateTimeOffset? Expiration);

[JsonSerializable(typeof(Session))]
internal sealed partial class SessionJson : JsonSerializerContext;
