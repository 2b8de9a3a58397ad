using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Roles;

/// <summary>The entries of a Policies property, each with its kind.</summary>
internal static class PolicyEntries
{
    /// <exception cref="SamTemplateException">An Fn::If whose two sides are of different kinds.</exception>
    public static List<(TemplateNode Entry, PolicyKind Kind)> Of(TemplateNode? policies, bool knowsTemplates)
    {
        if (policies is not { IsTruthy: true })
        {
            return [];
        }

        IEnumerable<TemplateNode> entries = policies is TemplateList list ? list : [policies];
        return [.. entries.Select(entry => (entry, KindOf(entry, knowsTemplates)))];
    }

    private static PolicyKind KindOf(TemplateNode entry, bool knowsTemplates)
    {
        if (Intrinsic.IsIf(entry))
        {
            return KindOfIf(entry, knowsTemplates);
        }

        if (entry is TemplateText || Intrinsic.Is(entry))
        {
            return PolicyKind.Managed;
        }

        if (entry is TemplateMap map && map.Has("Statement"))
        {
            return PolicyKind.Document;
        }

        return knowsTemplates && entry is TemplateMap { Count: 1 } template && PolicyTemplates.Has(template.FirstName)
            ? PolicyKind.Template : PolicyKind.Unknown;
    }

    private static PolicyKind KindOfIf(TemplateNode entry, bool knowsTemplates)
    {
        TemplateList arguments = Intrinsic.CheckedIf(entry, fault => new SamTemplateException(fault, entry.Position));
        PolicyKind then = KindOf(arguments[1], knowsTemplates);
        PolicyKind otherwise = KindOf(arguments[2], knowsTemplates);
        if (then == otherwise || Intrinsic.IsNoValue(arguments[2]))
        {
            return then;
        }

        return Intrinsic.IsNoValue(arguments[1]) ? otherwise : throw new SamTemplateException(
            "Different policy types within the same Fn::If statement is unsupported. Separate different policy types into different Fn::If statements",
            entry.Position);
    }
}
