using Lamina.Contract;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Evaluation;

/// <summary>A parameter as a request gives it.</summary>
/// <param name="Value">Null with <paramref name="UsesPrevious"/>.</param>
public sealed record GivenParameter(string Key, string? Value, bool UsesPrevious);

/// <summary>A parameter's value in a stack.</summary>
/// <param name="Resolved">The Parameter Store's value, for parameters that name one there.</param>
public sealed record StackParameter(string Key, string Value, string? Resolved, bool NoEcho);

/// <summary>Gives the parameters of a template their values.</summary>
internal static class StackParameters
{
    /// <summary>Throws CloudFormation's ValidationError for values that are missing, unknown or not allowed.</summary>
    /// <param name="previous">Of the stack that is updated.</param>
    /// <param name="findStored">Looks into the Parameter Store.</param>
    public static IReadOnlyList<StackParameter> Resolve(
        StackTemplate template, IReadOnlyList<GivenParameter> given, IReadOnlyList<StackParameter> previous, Func<string, string?> findStored)
    {
        string[] unknown = [.. given.Select(static parameter => parameter.Key).Where(key => template.FindParameter(key) is null)];
        if (unknown.Length > 0)
        {
            throw StackErrors.Validation($"Parameters: [{string.Join(", ", unknown)}] do not exist in the template");
        }

        Dictionary<string, string> values = new(StringComparer.Ordinal);
        List<string> missing = [];
        foreach (ParameterDefinition definition in template.Parameters)
        {
            if (ValueOf(definition, given, previous) is { } value)
            {
                values[definition.Name] = value;
            }
            else
            {
                missing.Add(definition.Name);
            }
        }

        if (missing.Count > 0)
        {
            throw StackErrors.Validation($"Parameters: [{string.Join(", ", missing)}] must have values");
        }

        return [.. template.Parameters.Select(definition => Checked(definition, values[definition.Name], findStored))];
    }

    /// <summary>What Ref gives for each parameter, and the pseudo parameters.</summary>
    public static Dictionary<string, TemplateNode> Values(
        StackTemplate template, IReadOnlyList<StackParameter> parameters, StackIdentity stack, IReadOnlyList<string> notificationArns)
    {
        Dictionary<string, TemplateNode> values = parameters
            .Where(parameter => template.FindParameter(parameter.Key) is not null)
            .ToDictionary(
                static parameter => parameter.Key,
                parameter => template.FindParameter(parameter.Key)!.ValueOf(parameter.Resolved ?? parameter.Value),
                StringComparer.Ordinal);
        values["AWS::AccountId"] = stack.Account.Value;
        values["AWS::Region"] = stack.Region;
        values["AWS::Partition"] = "aws";
        values["AWS::URLSuffix"] = "amazonaws.com";
        values["AWS::StackName"] = stack.Name;
        values["AWS::StackId"] = stack.Id;
        values["AWS::NotificationARNs"] = new TemplateList(notificationArns.Select(static arn => new TemplateText(arn)));
        return values;
    }

    private static string? ValueOf(ParameterDefinition definition, IReadOnlyList<GivenParameter> given, IReadOnlyList<StackParameter> previous) =>
        given.FirstOrDefault(parameter => parameter.Key == definition.Name) switch
        {
            null => definition.Default,
            { UsesPrevious: false } parameter => parameter.Value ?? definition.Default,
            _ => previous.FirstOrDefault(parameter => parameter.Key == definition.Name)?.Value,
        };

    private static StackParameter Checked(ParameterDefinition definition, string value, Func<string, string?> findStored)
    {
        definition.Check(value);
        string? resolved = definition.IsStored
            ? findStored(value) ?? throw StackErrors.Validation($"Unable to fetch parameters [{value}] from parameter store for this account.")
            : null;
        return new StackParameter(definition.Name, value, resolved, definition.NoEcho);
    }
}

/// <summary>Which stack it is.</summary>
/// <param name="Id">The ARN: <c>arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/GUID</c>.</param>
public sealed record StackIdentity(AccountId Account, string Region, string Name, string Id)
{
    /// <summary>The part of the ARN that no other stack has.</summary>
    public string Guid => Id[(Id.LastIndexOf('/') + 1)..];
}
