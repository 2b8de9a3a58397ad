using System.Collections.Frozen;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Resources;
using Lamina.Stacks.Templates;
using Lamina.Stacks.Transforms;

namespace Lamina.Stacks.Engine;

/// <summary>
/// Turns a request into what a stack is to be, or into the error that CloudFormation answers before anything is made. (1) The template is
/// read; (2) its parameters get values; (3) transforms run; (4) types, references, rules and capabilities are checked.
/// </summary>
/// <param name="fetch">Reads a template by its URL.</param>
internal sealed class StackPlanner(
    StackEvaluation evaluation, ResourceTypes types, TimeProvider time, Func<Caller, string, string> fetch)
{
    private static readonly FrozenSet<string> IdentityTypes = ResourceShape.Set(
        "AWS::IAM::AccessKey", "AWS::IAM::Group", "AWS::IAM::InstanceProfile", "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role",
        "AWS::IAM::User", "AWS::IAM::UserToGroupAddition");

    private static readonly string[] IdentityNames = ["RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName"];

    /// <summary>The template's text: as given, or that of the stack.</summary>
    public static string BodyOf(StackRequest request, StackDefinition? former) => request.TemplateBody
        ?? (request.UsesPreviousTemplate && former is not null ? former.Original : null)
        ?? throw StackErrors.Validation("Either Template URL or Template Body must be specified.");

    /// <param name="stack">As it is, or is to be created.</param>
    /// <param name="former">Null for a stack that is created.</param>
    public StackDefinition Plan(StackDocument stack, StackRequest request, StackDefinition? former)
    {
        string body = BodyOf(request, former);
        StackTemplate original = StackTemplate.Of(StackTemplate.Read(body)); // 1
        IReadOnlyList<StackParameter> parameters = StackParameters.Resolve(
            original, request.Parameters, former?.Parameters ?? [], name => evaluation.FindStored(stack.Caller, name)); // 2
        bool isTransformed = original.Transforms.Any() || IncludedFragments.AreIn(original.Root);
        if (isTransformed && !request.IsReviewed && TemplateTransforms.NeedsCapability(original))
        {
            Require(request, "CAPABILITY_AUTO_EXPAND");
        }

        TemplateMap processed = TemplateTransforms.Run(original, parameters, stack.Region, time, url => fetch(stack.Caller, url)); // 3
        StackDefinition definition = new()
        {
            Original = body,
            Processed = PropertiesJson.Write(processed),
            IsTransformed = isTransformed,
            Description = original.Description,
            Parameters = parameters,
            Tags = request.Tags ?? former?.Tags ?? [],
            Capabilities = request.Capabilities,
            NotificationArns = request.NotificationArns ?? former?.NotificationArns ?? [],
            RoleArn = request.RoleArn ?? former?.RoleArn,
        };
        Check(stack, definition, request); // 4
        return definition;
    }

    /// <summary>What has to be agreed to; null when nothing has.</summary>
    public static (string Capability, string Reason)? CapabilityOf(StackTemplate template)
    {
        TemplateResource[] identities = [.. template.Resources.Values.Where(static resource => IdentityTypes.Contains(resource.Type))];
        return identities.Length == 0
            ? null
            : (identities.Any(static resource => IdentityNames.Any(resource.Properties.Has)) ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM",
                $"The following resource(s) require capabilities: [{Named(identities.Select(static resource => resource.Type))}]");
    }

    private static string Named(IEnumerable<string> types) => string.Join(", ", types.Distinct(StringComparer.Ordinal));

    private static void Require(StackRequest request, string capability)
    {
        bool isGiven = request.Capabilities.Contains(capability, StringComparer.Ordinal)
            || (capability == "CAPABILITY_IAM" && request.Capabilities.Contains("CAPABILITY_NAMED_IAM", StringComparer.Ordinal));
        if (!isGiven)
        {
            throw StackErrors.InsufficientCapabilities(capability);
        }
    }

    private void Check(StackDocument stack, StackDefinition definition, StackRequest request)
    {
        OpenTemplate open = evaluation.Open(stack, definition);
        CheckTypes(open, request);
        CheckAttributes(open.Template);
        RuleFunctions.Check(open.Template, open.Evaluator);
        if (CapabilityOf(open.Template) is { } needed)
        {
            Require(request, needed.Capability);
        }
    }

    private void CheckTypes(OpenTemplate open, StackRequest request)
    {
        TemplateResource[] resources = [.. open.Graph.Order.Select(id => open.Template.Resources[id])];
        string[] unknown =
            [.. resources.Select(static resource => resource.Type).Where(type => !types.TryFind(type, out _)).Distinct(StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            throw StackErrors.Format(
                $"Unrecognized resource types: [{string.Join(", ", unknown)}]. Lamina does not serve them yet; --allow-unserved TYPE lets a stack have them, with nothing behind.");
        }

        if (request.ResourceTypes.Count > 0
            && resources.FirstOrDefault(resource => !request.ResourceTypes.Any(allowed => Allows(allowed, resource.Type))) is { } other)
        {
            throw StackErrors.Validation($"Resource type {other.Type} is not allowed by parameter ResourceTypes {{{string.Join(", ", request.ResourceTypes)}}}");
        }
    }

    private static bool Allows(string allowed, string type) =>
        allowed.EndsWith('*') ? type.StartsWith(allowed[..^1], StringComparison.Ordinal) : allowed == type;

    private void CheckAttributes(StackTemplate template)
    {
        foreach (Reference reference in template.Resources.Values.SelectMany(static resource => Reference.In(resource.Properties, static _ => null)))
        {
            if (reference.Attribute is { Length: > 0 } attribute && template.Resources.TryGetValue(reference.Name, out TemplateResource? named)
                && types.TryFind(named.Type, out IResourceType? type) && type.Shape.Attributes is { } known
                && !known.Contains(attribute) && !known.Contains(attribute.Split('.')[0]))
            {
                throw StackErrors.Template($"resource {reference.Name} does not support attribute type {attribute} in Fn::GetAtt");
            }
        }
    }
}
