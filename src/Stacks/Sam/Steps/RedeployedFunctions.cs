using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Steps;

/// <summary>A function's name gets into the hash of the APIs whose events it has, so that a new name deploys them anew.</summary>
internal static class RedeployedFunctions
{
    public static void Note(TemplateMap definition, SamContext context)
    {
        if (!TemplateNode.Same(definition["Type"], SamTypes.Function) || definition["Properties"] is not TemplateMap properties
            || properties["Events"] is not TemplateMap events)
        {
            return;
        }

        foreach (TemplateMap item in events.Entries.Select(static entry => entry.Value).OfType<TemplateMap>())
        {
            if (TemplateNode.Same(item["Type"], "Api") && ApiOf(item) is { } api
                && context.Parameters.Resolve(properties["FunctionName"]?.Copy()) is { IsTruthy: true } name)
            {
                context.FunctionNames[api] = context.FunctionNames.GetValueOrDefault(api, "") + Python27.Print(name);
            }
        }
    }

    private static string? ApiOf(TemplateMap item) => (item["Properties"] as TemplateMap)?["RestApiId"] switch
    {
        TemplateMap map when map["Ref"] is TemplateText name => name.Value,
        TemplateText { IsTruthy: true } text => text.Value,
        _ => null,
    };
}
