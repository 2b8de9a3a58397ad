using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>A parameter of a request that an event names: <c>method.request.header.Authorization</c>.</summary>
internal sealed record RequestParameter(TemplateText Name, TemplateNode Required, TemplateNode Caching)
{
    public TemplateMap ToSwagger()
    {
        string[] parts = Name.Value.Replace("method.request.", "", StringComparison.Ordinal).Split('.', 2);
        TemplateMap parameter = SpecificationEditor.Map();
        // A place that is renamed is AWS's own string, the others come from the template.
        parameter["in"] = parts[0] == "querystring" ? "query" : new TemplateText(parts[0], Name.IsUnicode);
        parameter["name"] = new TemplateText(parts[1], Name.IsUnicode);
        parameter["required"] = Required;
        parameter["type"] = "string";
        return parameter;
    }
}
