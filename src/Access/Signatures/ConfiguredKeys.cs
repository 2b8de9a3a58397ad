using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lamina.Contract;

namespace Lamina.Access.Signatures;

/// <summary>
/// The access keys that the operator lists in a file:
/// <c>{"keys":[{"accessKeyId":"AKIA…","secretAccessKey":"…","account":"111122223333","user":"ann"}]}</c>.
/// Without a user the key is the account's root.
/// </summary>
public sealed class ConfiguredKeys
{
    private readonly FrozenDictionary<string, Signer> _keys;

    private ConfiguredKeys(IEnumerable<KeyValuePair<string, Signer>> keys) => _keys = keys.ToFrozenDictionary(StringComparer.Ordinal);

    public static ConfiguredKeys None { get; } = new([]);

    public Signer? Find(string accessKeyId) => _keys.GetValueOrDefault(accessKeyId);

    /// <summary>Throws FormatException that says what is wrong; never with a secret in it.</summary>
    public static ConfiguredKeys Parse(ReadOnlySpan<byte> json)
    {
        IReadOnlyList<ConfiguredKey?> listed;
        try
        {
            listed = JsonSerializer.Deserialize(json, KeyListJson.Default.KeyList)?.Keys ?? [];
        }
        catch (JsonException malformed)
        {
            throw new FormatException(
                $"it is not JSON of the form {{\"keys\":[{{\"accessKeyId\":…,\"secretAccessKey\":…,\"account\":…}}]}} (line {malformed.LineNumber + 1})");
        }

        List<string> faults = [];
        Dictionary<string, Signer> keys = new(StringComparer.Ordinal);
        for (int i = 0; i < listed.Count; i++)
        {
            if (Fault(listed[i] ?? new ConfiguredKey(), keys) is { } fault)
            {
                faults.Add($"key {i + 1}: {fault}");
            }
        }

        if (listed.Count == 0)
        {
            faults.Add("it lists no keys");
        }

        return faults.Count == 0 ? new ConfiguredKeys(keys) : throw new FormatException(string.Join("; ", faults));
    }

    private static string? Fault(ConfiguredKey key, Dictionary<string, Signer> keys)
    {
        if (string.IsNullOrEmpty(key.AccessKeyId) || key.AccessKeyId.AsSpan().ContainsAnyExcept(IdCharacters) || key.AccessKeyId.Length is < 3 or > 128)
        {
            return "accessKeyId must have 3 to 128 letters and digits";
        }

        if (key.SecretAccessKey is not { Length: >= 8 })
        {
            return $"secretAccessKey of {key.AccessKeyId} must have at least 8 characters";
        }

        if (!AccountId.TryParse(key.Account, out AccountId account))
        {
            return $"account of {key.AccessKeyId} must have 12 digits";
        }

        if (key.User is { } user && (user.Length is 0 or > 64 || user.AsSpan().ContainsAnyExcept(NameCharacters)))
        {
            return $"user of {key.AccessKeyId} must be a name of IAM: at most 64 letters, digits and _+=,.@-";
        }

        return keys.TryAdd(key.AccessKeyId, SignerOf(key, account)) ? null : $"{key.AccessKeyId} is there twice";
    }

    private static Signer SignerOf(ConfiguredKey key, AccountId account) => new()
    {
        Account = account,
        SecretAccessKey = key.SecretAccessKey!,
        PrincipalArn = key.User is null ? $"arn:aws:iam::{account}:root" : $"arn:aws:iam::{account}:user/{key.User}",
        PrincipalId = key.User is null ? account.Value : Identities.IdentityId.Of("AIDA", $"{account}/{key.User}"),
        SessionPolicy = null,
    };

    private const string NameDigits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const string IdCharacters = NameDigits;
    private const string NameCharacters = NameDigits + "_+=,.@-";
}

internal sealed record KeyList
{
    public IReadOnlyList<ConfiguredKey?>? Keys { get; init; }
}

internal sealed record ConfiguredKey
{
    public string? AccessKeyId { get; init; }

    public string? SecretAccessKey { get; init; }

    public string? Account { get; init; }

    public string? User { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(KeyList))]
internal sealed partial class KeyListJson : JsonSerializerContext;
