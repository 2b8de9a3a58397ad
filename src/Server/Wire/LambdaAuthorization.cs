using System.Collections.Immutable;
using System.Text.Json;
using Lamina.Access;
using Lamina.Access.Policies;
using Lamina.Contract;
using Lamina.Functions;

namespace Lamina.Server.Wire;

/// <summary>
/// Whether the caller's policies allow an operation of Lambda. (1) The action and the resource that the operation is about;
/// (2) what conditions may look at; (3) the verdict; (4) for a function's role, whether the caller may pass it on.
/// A function's own policy may make up for what the caller's do not say, if it names the caller. What resources' own policies say about
/// callers of other accounts stays with the rooms.
/// </summary>
internal sealed class LambdaAuthorization(
    IdentityAuthorizer authorizer, FunctionDirectory functions, FunctionPermissions permissions, Organizations organizations, TimeProvider time)
{
    private const string Anything = "*";

    /// <summary>Throws AWS's AccessDeniedException.</summary>
    public void Check(OperationCall call, string operation)
    {
        bool isInvocation = operation.StartsWith("Invoke", StringComparison.Ordinal);
        LambdaRequestFacts facts = isInvocation ? LambdaRequestFacts.None : LambdaRequestFacts.Read(call.Body.Span);
        string resource = ResourceOf(call, facts, isInvocation);
        Dictionary<string, ImmutableArray<string>> values = RequestValues.Of(call.Caller, time.GetUtcNow());
        AddValues(values, call, facts, resource);
        Require(new PolicyContext(call.Caller, $"lambda:{ActionOf(operation)}", resource, values), NamedFunction(call));
        if (facts.Role is { } role)
        {
            values["iam:PassedToService"] = ["lambda.amazonaws.com"];
            Require(new PolicyContext(call.Caller, "iam:PassRole", role, values), null);
        }
    }

    /// <param name="function">Whose policy may allow it too.</param>
    private void Require(PolicyContext context, FunctionReference? function)
    {
        (IdentityVerdict verdict, string reason) = authorizer.Decide(context);
        bool allowed = verdict == IdentityVerdict.Allowed
            || (verdict == IdentityVerdict.NotAllowed && function is not null && permissions.AllowsByName(context.Caller, function, context.Action));
        if (!allowed)
        {
            throw AwsError.AccessDenied(IdentityAuthorizer.Refusal(context, reason));
        }
    }

    /// <summary>Most actions have the operation's name.</summary>
    private static string ActionOf(string operation) => operation switch
    {
        "Invoke" or "InvokeWithResponseStream" => "InvokeFunction",
        "GetLayerVersionByArn" => "GetLayerVersion",
        _ => operation,
    };

    private static string ResourceOf(OperationCall call, LambdaRequestFacts facts, bool isInvocation)
    {
        if ((call.Label("FunctionName") ?? facts.FunctionName) is { } function)
        {
            return FunctionReference.TryParse(function, call.Caller, out FunctionReference? reference)
                ? Qualified(reference, call.Query("Qualifier"), isInvocation)
                : Anything;
        }

        return call.Label("LayerName") is { } layer ? LayerOf(call, layer) : NamedBy(call);
    }

    /// <summary>With its qualifier, whatever the operation: a policy covers exactly the ARN it belongs to.</summary>
    private static FunctionReference? NamedFunction(OperationCall call) =>
        call.Label("FunctionName") is { } name && FunctionReference.TryParse(name, call.Caller, out FunctionReference? named)
            ? named with { Qualifier = named.Qualifier ?? call.Query("Qualifier") }
            : null;

    private static string LayerOf(OperationCall call, string name) =>
        !LayerArn.TryParse(name, call.Caller, out LayerArn? layer) ? Anything
        : call.Label("VersionNumber") is { } version ? $"{layer}:{version}" : layer.ToString();

    private static string NamedBy(OperationCall call)
    {
        string? named = call.Label("Resource") ?? call.Label("ARN") ?? call.Label("CodeSigningConfigArn") ?? call.Query("Arn");
        return named?.StartsWith("arn:", StringComparison.Ordinal) == true ? named
            : call.Label("UUID") is { } mapping ? $"arn:aws:lambda:{call.Caller.Region}:{call.Caller.Account}:event-source-mapping:{mapping}"
            : Anything;
    }

    /// <summary>A qualifier is part of what is invoked; other operations are about the function.</summary>
    private static string Qualified(FunctionReference reference, string? qualifier, bool isInvocation) =>
        isInvocation && (reference.Qualifier ?? qualifier) is { } named ? reference.Function.Qualified(named) : reference.Function.ToString();

    private void AddValues(Dictionary<string, ImmutableArray<string>> values, OperationCall call, LambdaRequestFacts facts, string resource)
    {
        if (call.SourceAddress is { } address)
        {
            values["aws:SourceIp"] = [address];
        }

        AddAll("lambda:Layer", facts.Layers);
        AddAll("lambda:SubnetIds", facts.SubnetIds);
        AddAll("lambda:SecurityGroupIds", facts.SecurityGroupIds);
        Add(ConditionKeys.PrincipalOrgId, organizations.Of(call.Caller.Account));
        Add("lambda:Principal", facts.Principal);
        Add("lambda:CodeSigningConfigArn", facts.CodeSigningConfigArn);
        Add(ConditionKeys.FunctionUrlAuthType, facts.FunctionUrlAuthType);
        Add(ConditionKeys.InvokedViaFunctionUrl, facts.InvokedViaFunctionUrl);
        Add("lambda:FunctionArn", facts.FunctionName is not null && resource != Anything ? resource : null);
        AddTags("aws:RequestTag/", facts.Tags);
        if (facts.Tags.Count > 0)
        {
            values["aws:TagKeys"] = [.. facts.Tags.Keys];
        }

        if (FunctionReference.TryParse(resource, call.Caller, out FunctionReference? function))
        {
            AddTags("aws:ResourceTag/", functions.FindTags(function.Function) ?? ImmutableDictionary<string, string>.Empty);
        }

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                values[key] = [value];
            }
        }

        void AddAll(string key, ImmutableArray<string> given)
        {
            if (!given.IsEmpty)
            {
                values[key] = given;
            }
        }

        void AddTags(string prefix, IReadOnlyDictionary<string, string> tags)
        {
            foreach ((string key, string value) in tags)
            {
                values[prefix + key] = [value];
            }
        }
    }
}

/// <summary>What a request's body says that policies may look at. A body that cannot be read says nothing: the operation refuses it.</summary>
internal sealed record LambdaRequestFacts
{
    public static LambdaRequestFacts None { get; } = new();

    public string? FunctionName { get; private init; }

    public string? Role { get; private init; }

    public string? Principal { get; private init; }

    public string? FunctionUrlAuthType { get; private init; }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public string? InvokedViaFunctionUrl { get; private init; }

    public string? CodeSigningConfigArn { get; private init; }

    public ImmutableArray<string> Layers { get; private init; } = [];

    public ImmutableArray<string> SubnetIds { get; private init; } = [];

    public ImmutableArray<string> SecurityGroupIds { get; private init; } = [];

    public IReadOnlyDictionary<string, string> Tags { get; private init; } = ImmutableDictionary<string, string>.Empty;

    public static LambdaRequestFacts Read(ReadOnlySpan<byte> body)
    {
        LambdaRequestFacts facts = None;
        try
        {
            Utf8JsonReader reader = new(body);
            if (body.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return None;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                reader.Read();
                facts = facts.With(name, ref reader);
            }

            return facts;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return None;
        }
    }

    /// <summary>Of a key that is there twice the last one counts, as for the operation itself.</summary>
    private static Dictionary<string, string> TagsOf(JsonElement tags)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (JsonProperty tag in tags.EnumerateObject())
        {
            found[tag.Name] = tag.Value.GetString() ?? "";
        }

        return found;
    }

    private static ImmutableArray<string> Texts(JsonElement list) => [.. list.EnumerateArray().Select(static text => text.GetString()!)];

    private LambdaRequestFacts WithNetwork(JsonElement network) => this with
    {
        SubnetIds = network.TryGetProperty(nameof(SubnetIds), out JsonElement subnets) ? Texts(subnets) : [],
        SecurityGroupIds = network.TryGetProperty(nameof(SecurityGroupIds), out JsonElement groups) ? Texts(groups) : [],
    };

    private LambdaRequestFacts With(string name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "FunctionName":
                return this with { FunctionName = reader.GetString() };
            case "Role":
                return this with { Role = reader.GetString() };
            case "Principal":
                return this with { Principal = reader.GetString() };
            case "FunctionUrlAuthType" or "AuthType":
                return this with { FunctionUrlAuthType = reader.GetString() };
            case "InvokedViaFunctionUrl" when reader.TokenType is JsonTokenType.True or JsonTokenType.False:
                return this with { InvokedViaFunctionUrl = reader.GetBoolean() ? "true" : "false" };
            case "CodeSigningConfigArn":
                return this with { CodeSigningConfigArn = reader.GetString() };
            case "Layers":
                return this with { Layers = Texts(JsonElement.ParseValue(ref reader)) };
            case "VpcConfig" when reader.TokenType == JsonTokenType.StartObject:
                return WithNetwork(JsonElement.ParseValue(ref reader));
            case "Tags" when reader.TokenType == JsonTokenType.StartObject:
                return this with { Tags = TagsOf(JsonElement.ParseValue(ref reader)) };
            default:
                reader.Skip();
                return this;
        }
    }
}
