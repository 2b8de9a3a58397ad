using System.Text.RegularExpressions;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Steps;

/// <summary>
/// The templates of applications from the Serverless Application Repository. AWS's transform asks the repository for each application's
/// template and waits until it is there; there is no repository here, so <see cref="ApplicationRepository"/> answers.
/// </summary>
internal sealed partial class ApplicationTemplates
{
    private const string Location = "Location";
    private const string ApplicationId = "ApplicationId";
    private const string SemanticVersion = "SemanticVersion";

    private readonly Dictionary<(string Id, string Version), (string? Url, SamResourceException? Fault)> _known = [];
    private readonly List<string> _inProgress = [];

    /// <summary>Asks for the template of every application that the template names.</summary>
    /// <exception cref="SamDocumentException">Mappings is not a map.</exception>
    public void Request(TemplateMap template, ParameterValues parameters, SamOptions options)
    {
        MappingValues mappings = MappingValues.Of(template);
        foreach ((TemplateKey key, TemplateNode value) in ((TemplateMap)template["Resources"]!).Entries)
        {
            TemplateMap resource = (TemplateMap)value;
            if (TemplateNode.Same(resource["Type"], SamTypes.Application)
                && (resource["Properties"] as TemplateMap)?[Location] is TemplateMap location
                && location[ApplicationId] is not null && location[SemanticVersion] is not null)
            {
                Request(key.Name, location, node => mappings.Resolve(parameters.Resolve(node.Copy())), options);
            }
        }
    }

    private void Request(string logicalId, TemplateMap location, Func<TemplateNode, TemplateNode> resolve, SamOptions options)
    {
        location[ApplicationId] = resolve(location[ApplicationId]!);
        location[SemanticVersion] = resolve(location[SemanticVersion]!);
        (string Id, string Version) key = KeyOf(location);
        if (location[ApplicationId] is TemplateMap || location[SemanticVersion] is TemplateMap || _known.ContainsKey(key))
        {
            return;
        }

        try
        {
            string id = Expected.Property(location[ApplicationId], logicalId, $"{Location}.{ApplicationId}").ToBeString().Value;
            Expected.Property(location[SemanticVersion], logicalId, $"{Location}.{SemanticVersion}").ToBeString();
            if (!ApplicationRepository.IsIn(options.Region))
            {
                throw new SamResourceException(logicalId, "Serverless Application Repository is not available in this region.", Location);
            }

            if (DynamicReference().IsMatch(id))
            {
                throw new SamResourceException(
                    logicalId, "Serverless Application Repostiory does not support dynamic reference in 'ApplicationId' property.", $"{Location}.{ApplicationId}");
            }

            ApplicationRepository.Check(logicalId, id);
            _known[key] = (ApplicationRepository.TemplateUrl, null);
            if (!ApplicationRepository.IsActive(id))
            {
                _inProgress.Add(id);
            }
        }
        catch (SamResourceException fault)
        {
            _known[key] = (null, fault);
        }
    }

    /// <summary>Gives an application the URL of its template.</summary>
    /// <exception cref="SamResourceException">The application is not named well, or cannot be had.</exception>
    public void SetTemplate(string logicalId, TemplateMap properties)
    {
        RequireKeys(logicalId, properties, Location);
        if (properties[Location] is not TemplateMap location)
        {
            properties.Set("TemplateUrl", properties[Location]);
            return;
        }

        RequireKeys(logicalId, location, ApplicationId, SemanticVersion);
        if (Expected.Property(location[ApplicationId], logicalId, ApplicationId).ToBeGiven() is TemplateMap)
        {
            throw Unresolved(logicalId, ApplicationId);
        }

        if (location[SemanticVersion] is not { IsTruthy: true } version)
        {
            throw new SamResourceException(logicalId, $"Property '{SemanticVersion}' cannot be blank.", $"{Location}.{SemanticVersion}");
        }

        if (version is TemplateMap)
        {
            throw Unresolved(logicalId, SemanticVersion);
        }

        (string? url, SamResourceException? fault) = _known[KeyOf(location)];
        properties["TemplateUrl"] = fault is null ? url! : throw fault;
    }

    /// <summary>What would wait for the repository.</summary>
    /// <exception cref="SamResourceException">A template that expired, or that does not come.</exception>
    public void AwaitTemplates()
    {
        foreach (string id in _inProgress.Where(ApplicationRepository.IsExpired))
        {
            throw new SamResourceException(
                id, $"Template for {id} with id {ApplicationRepository.TemplateId} returned status: EXPIRED. Cannot access an expired template.");
        }

        string[] left = [.. _inProgress.Where(ApplicationRepository.NeverComes)];
        if (left.Length > 0)
        {
            throw new SamResourceException(Python27.Describe(left), "Timed out waiting for nested stack templates to reach ACTIVE status.");
        }
    }

    private static (string Id, string Version) KeyOf(TemplateMap location) =>
        (PythonJson.Plain.Write(location[ApplicationId]!), PythonJson.Plain.Write(location[SemanticVersion]!));

    private static void RequireKeys(string logicalId, TemplateMap map, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (!map.Has(key))
            {
                throw new SamResourceException(logicalId, $"Resource is missing the required [{key}] property.", null, map.Position);
            }
        }
    }

    private static SamResourceException Unresolved(string logicalId, string name) => new(
        logicalId, $"Property '{name}' cannot be resolved. Only FindInMap and Ref intrinsic functions are supported.", $"{Location}.{name}");

    [GeneratedRegex(@"{{resolve:ssm:[a-zA-Z0-9_.\-/]+(:\d+)?}}")]
    private static partial Regex DynamicReference();
}
