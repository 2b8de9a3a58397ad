using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>Writes the resource policy of a REST API: accounts, addresses and VPCs that may or may not call a path's methods.</summary>
internal sealed class ResourcePolicyWriter(SwaggerEditor editor, TemplateMap policy)
{
    private const string Statement = "Statement";

    /// <summary>Adds what a property ResourcePolicy says, for one path.</summary>
    public void Add(TemplateMap rules, TemplateKey path, TemplateNode? stage)
    {
        TemplateList resources = ResourcesOf(new TemplateText(path.Name, path.IsUnicode), stage);
        AddAccounts(rules["AwsAccountWhitelist"], "Allow", resources);
        AddAccounts(rules["AwsAccountBlacklist"], "Deny", resources);
        AddAddresses(rules["IpRangeWhitelist"], "NotIpAddress", resources);
        AddAddresses(rules["IpRangeBlacklist"], "IpAddress", resources);
        AddVpcs(rules, "Blacklist", "StringEquals", resources);
        AddVpcs(rules, "Whitelist", "StringNotEquals", resources);
        editor.SetPolicy(policy);
    }

    public void AddCustomStatements(TemplateNode statements)
    {
        policy["Version"] = "2012-10-17";
        if (policy[Statement] is null)
        {
            policy[Statement] = statements;
        }
        else
        {
            AddMissing(statements as TemplateList ?? new TemplateList([statements]));
        }

        editor.SetPolicy(policy);
    }

    private TemplateList ResourcesOf(TemplateText path, TemplateNode? stage)
    {
        TemplateText shown = SwaggerEditor.WithoutParameters(path);
        TemplateList resources = new();
        foreach (TemplateKey method in editor.PathItems(path.Value).SelectMany(static item => item.Entries).Select(static entry => entry.Key))
        {
            string name = method.Name.ToLowerInvariant() is SpecificationEditor.AnyMethod or "any" ? "*" : method.Name.ToUpperInvariant();
            bool isUnicode = (name != "*" && method.IsUnicode) || shown.IsUnicode;
            TemplateMap variables = new() { { "__Stage__", stage } };
            resources.Add(Intrinsic.Sub(new TemplateText($"execute-api:/${{__Stage__}}/{name}{shown.Value}", isUnicode), variables));
        }

        return resources;
    }

    private void AddAccounts(TemplateNode? accounts, string effect, TemplateList resources)
    {
        if (accounts is not { IsTruthy: true })
        {
            return;
        }

        if (accounts is not (TemplateMap or TemplateList))
        {
            throw SamDocumentException.Of($"Type of '{Python27.Print(accounts)}' must be a list or dictionary");
        }

        policy["Version"] = "2012-10-17";
        TemplateMap principal = SpecificationEditor.Map();
        principal["AWS"] = accounts is TemplateList ? accounts : new TemplateList([accounts]);
        TemplateMap statement = StatementOf(effect, resources, principal);
        if (policy[Statement] is null)
        {
            policy[Statement] = statement;
        }
        else
        {
            policy[Statement] = new TemplateList([.. Statements, statement]);
        }
    }

    private void AddAddresses(TemplateNode? addresses, string comparison, TemplateList resources)
    {
        if (addresses is { IsTruthy: true })
        {
            AddAllowAndDeny(comparison, new TemplateMap
            {
                ["aws:SourceIp"] = addresses is TemplateList ? addresses : new TemplateList([addresses]),
            }, resources);
        }
    }

    private void AddVpcs(TemplateMap rules, string list, string comparison, TemplateList resources)
    {
        TemplateNode? given = rules[$"SourceVpc{list}"];
        if (given is TemplateList names && names.Any(static name => name is not TemplateText))
        {
            throw SamDocumentException.Of(
                $"SourceVpc{list} must be a list of strings. Use IntrinsicVpc{list} instead for values that use Intrinsic Functions");
        }

        TemplateText[] endpoints = [.. (given as TemplateList)?.Cast<TemplateText>() ?? []];
        TemplateMap condition = SpecificationEditor.Map();
        Extend(condition, "aws:SourceVpc", endpoints.Where(static name => name.Value.StartsWith("vpc-", StringComparison.Ordinal)));
        Extend(condition, "aws:SourceVpce", endpoints.Where(static name => name.Value.StartsWith("vpce-", StringComparison.Ordinal)));
        Extend(condition, "aws:SourceVpc", rules[$"IntrinsicVpc{list}"] as TemplateList);
        Extend(condition, "aws:SourceVpce", rules[$"IntrinsicVpce{list}"] as TemplateList);
        if (condition.Count > 0)
        {
            AddAllowAndDeny(comparison, condition, resources);
        }
    }

    private static void Extend(TemplateMap condition, string key, IEnumerable<TemplateNode>? values)
    {
        TemplateNode[] all = [.. values ?? []];
        if (all.Length > 0)
        {
            condition.GetOrSetList(key).AddRange(all);
        }
    }

    /// <summary>All may call, but for whom the condition denies it.</summary>
    private void AddAllowAndDeny(string comparison, TemplateMap values, TemplateList resources)
    {
        policy["Version"] = "2012-10-17";
        TemplateMap allow = StatementOf("Allow", resources, "*");
        TemplateMap deny = StatementOf("Deny", resources, "*");
        deny["Condition"] = new TemplateMap { [comparison] = values };
        if (policy[Statement] is null)
        {
            policy[Statement] = new TemplateList([allow, deny]);
        }
        else
        {
            AddMissing(new TemplateList([allow, deny]));
        }
    }

    private static TemplateMap StatementOf(string effect, TemplateList resources, TemplateNode principal)
    {
        TemplateMap statement = SpecificationEditor.Map();
        statement["Effect"] = effect;
        statement["Action"] = "execute-api:Invoke";
        statement["Resource"] = resources;
        statement["Principal"] = principal;
        return statement;
    }

    private TemplateList Statements => policy[Statement] as TemplateList ?? new TemplateList([policy[Statement]!]);

    private void AddMissing(TemplateList added)
    {
        TemplateList statements = Statements;
        foreach (TemplateNode statement in added.Where(one => !statements.Holds(one)).ToArray())
        {
            statements.Add(statement);
        }

        policy[Statement] = statements;
    }
}
