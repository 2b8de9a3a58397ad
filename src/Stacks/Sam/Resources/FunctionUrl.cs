using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>A function's URL, and the permissions that let anyone call it where it asks for no authentication.</summary>
internal static class FunctionUrl
{
    private static readonly Dictionary<string, (string Type, Func<TemplateNode, bool> Allows)> CorsSettings = new(StringComparer.Ordinal)
    {
        ["AllowOrigins"] = ("list", static value => value is TemplateList),
        ["AllowMethods"] = ("list", static value => value is TemplateList),
        ["AllowCredentials"] = ("bool", static value => value is TemplateBool),
        ["AllowHeaders"] = ("list", static value => value is TemplateList),
        ["ExposeHeaders"] = ("list", static value => value is TemplateList),
        ["MaxAge"] = ("int", static value => value is TemplateBool or TemplateNumber { IsInteger: true }),
    };

    public static IEnumerable<GeneratedResource> Build(GeneratedResource function, GeneratedResource? alias, TemplateMap settings, TemplateMap attributes)
    {
        string id = function.LogicalId;
        if (!Intrinsic.Is(settings))
        {
            CheckAuthType(id, settings["AuthType"]);
            CheckCors(id, settings["Cors"]);
        }

        GeneratedResource url = new("AWS::Lambda::Url", $"{id}Url", attributes);
        url["Cors"] = settings["Cors"] is { IsTruthy: true } cors ? cors : null;
        url["AuthType"] = settings["AuthType"];
        url["TargetFunctionArn"] = (alias ?? function).Reference;
        url["InvokeMode"] = settings["InvokeMode"];
        if (!TemplateNode.Same(settings["AuthType"], "NONE") || Intrinsic.Is(settings))
        {
            return [url];
        }

        GeneratedResource ofUrl = Permission($"{id}UrlPublicPermissions", "lambda:InvokeFunctionUrl", alias ?? function, attributes);
        ofUrl["FunctionUrlAuthType"] = settings["AuthType"];
        GeneratedResource ofFunction = Permission($"{id}URLInvokeAllowPublicAccess", "lambda:InvokeFunction", alias ?? function, attributes);
        ofFunction["InvokedViaFunctionUrl"] = true;
        return [url, ofUrl, ofFunction];
    }

    private static GeneratedResource Permission(string id, string action, GeneratedResource target, TemplateMap attributes)
    {
        GeneratedResource permission = new("AWS::Lambda::Permission", id, attributes);
        permission["Action"] = action;
        permission["FunctionName"] = target.Reference;
        permission["Principal"] = "*";
        return permission;
    }

    private static void CheckAuthType(string id, TemplateNode? authType)
    {
        if (!Intrinsic.Is(authType) && authType is not TemplateText { Value: "AWS_IAM" or "NONE" })
        {
            throw new SamResourceException(
                id,
                "AuthType is required to configure function property `FunctionUrlConfig`. Please provide either AWS_IAM or NONE.",
                "FunctionUrlConfig.AuthType", authType?.Position ?? default);
        }
    }

    private static void CheckCors(string id, TemplateNode? cors)
    {
        if (cors is not { IsTruthy: true } || Intrinsic.Is(cors))
        {
            return;
        }

        foreach ((TemplateKey key, TemplateNode value) in Expected.Property(cors, id, "FunctionUrlConfig.Cors").ToBeMap().Entries)
        {
            if (!CorsSettings.TryGetValue(key.Name, out (string Type, Func<TemplateNode, bool> Allows) setting))
            {
                throw new SamResourceException(
                    id, $"{key.Name} is not a valid property for configuring Cors.", $"FunctionUrlConfig.Cors.{key.Name}", value.Position);
            }

            if (!Intrinsic.Is(value) && !setting.Allows(value))
            {
                throw new SamResourceException(id, $"{key.Name} must be of type {setting.Type}.", $"FunctionUrlConfig.Cors.{key.Name}", value.Position);
            }
        }
    }
}
