namespace Lamina.Companions.DynamoDb.Expressions;

/// <summary>The rule for several paths of one expression: none lies in another, and none takes a place for a map that another takes for a list.</summary>
internal static class PathSet
{
    /// <summary>Throws <c>ValidationException</c>.</summary>
    public static void Check(ExpressionText text, IReadOnlyList<DocumentPath> paths)
    {
        for (int i = 0; i < paths.Count; i++)
        {
            for (int j = i + 1; j < paths.Count; j++)
            {
                Check(text, paths[i], paths[j]);
            }
        }
    }

    private static void Check(ExpressionText text, DocumentPath one, DocumentPath two)
    {
        int common = Math.Min(one.Elements.Length, two.Elements.Length);
        for (int i = 0; i < common; i++)
        {
            PathElement a = one.Elements[i];
            PathElement b = two.Elements[i];
            if (a.Name is null != b.Name is null)
            {
                throw text.Error($"Two document paths conflict with each other; {Printed(one, two)}");
            }

            if (a != b)
            {
                return;
            }
        }

        throw text.Error($"Two document paths overlap with each other; {Printed(one, two)}");
    }

    private static string Printed(DocumentPath one, DocumentPath two) => $"must remove or rewrite one of these paths; path one: {one}, path two: {two}";
}
