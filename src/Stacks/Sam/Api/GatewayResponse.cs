using System.Text.RegularExpressions;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>What API Gateway answers by itself, as a property GatewayResponses says it.</summary>
internal static partial class GatewayResponse
{
    private static readonly string[] Settings = ["ResponseParameters", "ResponseTemplates", "StatusCode"];

    private static readonly (string Property, string Prefix)[] Parameters =
        [("Headers", "gatewayresponse.header."), ("Paths", "gatewayresponse.path."), ("QueryStrings", "gatewayresponse.querystring.")];

    /// <exception cref="SamResourceException">A response with settings that there are not.</exception>
    public static void Check(string apiId, string name, TemplateNode response)
    {
        if (Intrinsic.Is(response))
        {
            throw new SamResourceException(
                apiId,
                "Unable to set GatewayResponses attribute because intrinsic functions are not supported for this field.", $"GatewayResponses.{name}");
        }

        TemplateMap map = response as TemplateMap ?? throw new SamResourceException(
            apiId,
            $"Invalid property type '{Python27.TypeOf(response)}' for GatewayResponses. Expected an object of type 'GatewayResponse'.",
            $"GatewayResponses.{name}", response.Position);
        foreach (string key in map.Names.Where(static key => !Settings.Contains(key)))
        {
            throw new SamResourceException(apiId, $"Invalid property '{key}' in 'GatewayResponses' property '{name}'.", $"GatewayResponses.{name}.{key}");
        }
    }

    public static TemplateMap ToSwagger(string apiId, string name, TemplateMap response)
    {
        TemplateNode parameters = response.Has("ResponseParameters") ? response["ResponseParameters"] ?? TemplateNull.Instance : new TemplateMap();
        if (parameters.IsTruthy)
        {
            Expected.Property(parameters, apiId, $"GatewayResponses.{name}.ResponseParameters").ToBeMap();
        }

        TemplateMap map = parameters as TemplateMap ?? new TemplateMap();
        foreach (string key in map.Names.Where(static key => !Array.Exists(Parameters, known => known.Property == key)))
        {
            throw new SamResourceException(apiId, $"Invalid gateway response parameter '{key}'", $"GatewayResponses.{name}.ResponseParameters.{key}");
        }

        string? status = response["StatusCode"] is { } code ? Python27.Print(code) : null;
        if (response["StatusCode"] is { IsTruthy: true } && !StatusCode().IsMatch(status!))
        {
            throw new SamResourceException(apiId, "Property 'StatusCode' must be numeric", $"GatewayResponses.{name}.StatusCode");
        }

        TemplateMap swagger = SpecificationEditor.Map();
        swagger["responseParameters"] = Prefixed(apiId, map);
        swagger["responseTemplates"] = response["ResponseTemplates"] is { IsTruthy: true } templates ? templates : SpecificationEditor.Map();
        if (!string.IsNullOrEmpty(status))
        {
            swagger["statusCode"] = status;
        }

        return swagger;
    }

    private static TemplateMap Prefixed(string apiId, TemplateMap parameters)
    {
        TemplateMap prefixed = SpecificationEditor.Map();
        foreach ((string property, string prefix) in Parameters)
        {
            if (!parameters.Has(property))
            {
                continue;
            }

            TemplateMap values = Expected.Property(parameters[property], apiId, $"ResponseParameters.{property}").ToBeMap();
            foreach ((TemplateKey key, TemplateNode value) in values.Entries)
            {
                prefixed.Set(new TemplateKey(prefix + key.Name, key.IsUnicode), value);
            }
        }

        return prefixed;
    }

    [GeneratedRegex("^[0-9]{1,3}\n?$")]
    private static partial Regex StatusCode();
}
