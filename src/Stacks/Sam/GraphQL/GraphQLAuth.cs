using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.GraphQL;

/// <summary>The property Auth of a GraphQL API: the first authentication and further ones.</summary>
internal sealed class GraphQLAuth(string apiId, TemplateMap auth)
{
    // Type and the configuration that goes with it.
    private const int MostSettings = 2;

    private static readonly Dictionary<string, (string Property, string Config)> Kinds = new(StringComparer.Ordinal)
    {
        ["AWS_LAMBDA"] = ("LambdaAuthorizer", "LambdaAuthorizerConfig"),
        ["OPENID_CONNECT"] = ("OpenIDConnect", "OpenIDConnectConfig"),
        ["AMAZON_COGNITO_USER_POOLS"] = ("UserPool", "UserPoolConfig"),
    };

    private readonly List<TemplateNode> _functions = [];

    /// <summary>Sets the API's authentication; the functions that authorise.</summary>
    /// <exception cref="SamResourceException">No configuration, or more than one.</exception>
    public List<TemplateNode> Apply(GeneratedResource api)
    {
        TemplateMap first = auth.CopyFlat();
        first.Remove("Additional");
        api["AuthenticationType"] = auth["Type"];
        if (ConfigOf(first, null) is { } config)
        {
            api[config.Name] = config.Value;
        }

        TemplateList further = new();
        int index = 0;
        foreach (TemplateMap one in (auth["Additional"] as TemplateList)?.Cast<TemplateMap>() ?? [])
        {
            TemplateMap provider = new() { ["AuthenticationType"] = one["Type"] };
            if (ConfigOf(one, index++) is { } own)
            {
                provider[own.Name] = own.Value;
            }

            further.Add(provider);
        }

        api["AdditionalAuthenticationProviders"] = further.Count > 0 ? further : null;
        return _functions;
    }

    private (string Name, TemplateMap Value)? ConfigOf(TemplateMap one, int? index)
    {
        // AWS's texts do not number the first of the further ones.
        string path = index is null or 0 ? "Auth" : $"Auth.Additional.{index}";
        if (one.Count > MostSettings)
        {
            throw new SamResourceException(apiId, $"'{path}' has more than one authentication configuration defined.", "Auth", one.Position);
        }

        string type = Python27.Print(one["Type"]);
        if (!Kinds.TryGetValue(type, out (string Property, string Config) kind))
        {
            return null;
        }

        TemplateMap settings = (TemplateMap)Expected.Property(one[kind.Property], apiId, $"{path}.{kind.Property}")
            .ToBeGiven($"'{kind.Property}' must be defined if type is '{type}'.");
        TemplateMap config = settings.CopyFlat();
        if (kind.Property == "UserPool" && index is not null)
        {
            config.Remove("DefaultAction");
        }

        if (kind.Property == "LambdaAuthorizer")
        {
            _functions.Add(config["AuthorizerUri"]!);
        }

        return (kind.Config, config);
    }
}
