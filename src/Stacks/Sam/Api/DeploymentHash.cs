using System.Globalization;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>
/// The hash that a deployment of a REST API is named by. AWS takes it over the document as Python 2.7 prints it, and over what else
/// must be deployed: the version of OpenAPI, the domain, names of functions.
/// </summary>
internal static class DeploymentHash
{
    private const string Between = "||";

    /// <summary>40 hexadecimal digits; null for an API without a document.</summary>
    public static string? Of(string apiId, SamDefinition definition, TemplateMap? body, SamContext context)
    {
        TemplateMap? document = definition["DefinitionUri"] is { IsTruthy: true } uri ? S3Location.OfDefinition(uri, apiId, python27: true) : body;
        if (document is not { Count: > 0 })
        {
            return null;
        }

        if (definition["AlwaysDeploy"] is { IsTruthy: true })
        {
            return LogicalIds.Hash(context.Options.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }

        List<string> parts = [Python27.Print(document)];
        if (definition["OpenApiVersion"] is { IsTruthy: true } version)
        {
            parts.Add(Python27.Print(version));
        }

        if (definition["Domain"] is { IsTruthy: true } domain)
        {
            parts.Add(PythonJson.Plain.Write(domain));
        }

        if (context.FunctionNames.GetValueOrDefault(apiId) is { Length: > 0 } names)
        {
            parts.Add(names);
        }

        return LogicalIds.Hash(string.Join(Between, parts));
    }
}
