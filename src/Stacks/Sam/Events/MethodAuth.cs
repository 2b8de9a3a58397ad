using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>The property Auth of an event of a REST API: who may call its method.</summary>
internal sealed class MethodAuth(string eventId, TemplateText path, TemplateText method, RestApiLink api, SamContext context)
{
    /// <exception cref="SamEventException">The authoriser is not one of the API's, or the settings do not go with the API's.</exception>
    public void Apply(TemplateMap auth, SwaggerEditor editor)
    {
        TemplateMap? ofApi = context.Parameters.Resolve(api.Properties["Auth"]) as TemplateMap;
        TemplateNode? name = auth["Authorizer"];
        if (name is { IsTruthy: true })
        {
            CheckAuthorizer(name, ofApi);
        }

        if (auth["AuthorizationScopes"] is { IsTruthy: true } scopes)
        {
            Expected.OfEvent(scopes, eventId, "Auth.AuthorizationScopes").ToBeList();
            if (name is not { IsTruthy: true })
            {
                throw Fault("AuthorizationScopes works only when Authorizer is set");
            }
        }

        TemplateNode? keyRequired = auth["ApiKeyRequired"];
        if (keyRequired is { IsTruthy: false } && ofApi?["ApiKeyRequired"] is not { IsTruthy: true })
        {
            throw Fault($"Unable to set ApiKeyRequired [False] on API method [{method}] for path [{path}] because the related API does not specify any ApiKeyRequired.");
        }

        if (name is TemplateText { IsTruthy: true } text)
        {
            editor.Security.SetMethodAuthorizer(
                path.Value, method, text, (api.Properties["Auth"] as TemplateMap)?["Authorizers"], auth["AuthorizationScopes"]);
        }

        if (keyRequired is not null)
        {
            editor.Security.SetMethodApiKey(path.Value, method, keyRequired.IsTruthy);
        }

        AddResourcePolicy(auth["ResourcePolicy"], editor);
    }

    private SamEventException Fault(string message) => new(eventId, message, "Auth");

    private void AddResourcePolicy(TemplateNode? given, SwaggerEditor editor)
    {
        if (given is not { IsTruthy: true })
        {
            return;
        }

        TemplateMap policy = Expected.Property(given, eventId, "Auth.ResourcePolicy").ToBeMap();
        editor.ResourcePolicy.Add(policy, path.Key, api.Stage);
        if (policy["CustomStatements"] is { IsTruthy: true } statements)
        {
            editor.ResourcePolicy.AddCustomStatements(statements);
        }
    }

    private void CheckAuthorizer(TemplateNode name, TemplateMap? ofApi)
    {
        TemplateNode? authorizers = ofApi?["Authorizers"];
        if (authorizers is { IsTruthy: true })
        {
            Expected.Property(authorizers, api.ApiId ?? "", "Auth.Authorizers").ToBeMap();
        }

        if (TemplateNode.Same(name, "AWS_IAM"))
        {
            return;
        }

        string shown = Python27.Print(name);
        if (shown == "NONE")
        {
            if (ofApi?["DefaultAuthorizer"] is not { IsTruthy: true })
            {
                throw Fault($"Unable to set Authorizer on API method [{method}] for path [{path}] because 'NONE' is only a valid value when a DefaultAuthorizer on the API is specified.");
            }

            return;
        }

        if (authorizers is not { IsTruthy: true })
        {
            throw Fault($"Unable to set Authorizer [{shown}] on API method [{method}] for path [{path}] because the related API does not define any Authorizers.");
        }

        CheckKinds(eventId, method, path, name, authorizers);
        if (((TemplateMap)authorizers)[shown] is not { IsTruthy: true })
        {
            throw Fault($"Unable to set Authorizer [{shown}] on API method [{method}] for path [{path}] because it wasn't defined in the API's Authorizers.");
        }
    }

    /// <exception cref="SamEventException">The authoriser is not named by a string, or the API's are no map.</exception>
    public static void CheckKinds(string eventId, TemplateText method, TemplateText path, TemplateNode name, TemplateNode? authorizers)
    {
        if (name is not TemplateText || authorizers is not TemplateMap)
        {
            throw new SamEventException(
                eventId,
                $"Unable to set Authorizer [{Python27.Print(name)}] on API method [{method}] for path [{path}]. "
                + "The method authorizer must be a string with a corresponding dict entry in the api authorizer.",
                "Auth.Authorizer");
        }
    }
}
