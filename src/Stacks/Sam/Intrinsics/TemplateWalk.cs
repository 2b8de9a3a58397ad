using Lamina.Contract;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Intrinsics;

/// <summary>Goes over a value from the root and puts something in the place of what it meets, in place; what was put is gone over too.</summary>
internal static class TemplateWalk
{
    // A parameter whose default refers to itself would never end.
    private const int Deepest = 3 * Limits.TemplateDepth;

    public static TemplateNode Over(TemplateNode node, Func<TemplateNode, TemplateNode> replace, int depth = 0)
    {
        if (depth > Deepest)
        {
            throw SamDocumentException.Of("A parameter's value refers to itself.");
        }

        TemplateNode replaced = replace(node);
        switch (replaced)
        {
            case TemplateMap map:
                foreach ((TemplateKey key, TemplateNode value) in map.Entries)
                {
                    TemplateNode next = Over(value, replace, depth + 1);
                    if (!ReferenceEquals(next, value))
                    {
                        map.Set(key, next);
                    }
                }

                break;
            case TemplateList list:
                for (int index = 0; index < list.Count; index++)
                {
                    list[index] = Over(list[index], replace, depth + 1);
                }

                break;
        }

        return replaced;
    }
}
