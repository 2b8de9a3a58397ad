using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;
using Lamina.Stacks.Transforms;

namespace Lamina.Stacks.Packaging;

/// <summary>
/// Finds what a template names of its own folder. Which properties may do so, and that a function of SAM's without CodeUri means the template's
/// folder, is as in <c>aws cloudformation package</c> and <c>sam package</c>; values that are no plain text, and addresses, are left alone.
/// </summary>
internal sealed class LocalArtifacts
{
    private const string Globals = "Globals";
    private const string Function = "AWS::Serverless::Function";

    private static readonly ArtifactRule[] Rules =
    [
        new(Function, ["CodeUri"], ArtifactKind.Code, ArtifactForm.S3Uri),
        new("AWS::Serverless::LayerVersion", ["ContentUri"], ArtifactKind.Layer, ArtifactForm.S3Uri),
        new("AWS::Serverless::Api", ["DefinitionUri"], ArtifactKind.Document, ArtifactForm.S3Uri),
        new("AWS::Serverless::HttpApi", ["DefinitionUri"], ArtifactKind.Document, ArtifactForm.S3Uri),
        new("AWS::Serverless::StateMachine", ["DefinitionUri"], ArtifactKind.Document, ArtifactForm.S3Uri),
        new("AWS::Serverless::GraphQLApi", ["SchemaUri"], ArtifactKind.Document, ArtifactForm.S3Uri),
        new("AWS::Serverless::GraphQLApi", ["Functions", "*", "CodeUri"], ArtifactKind.Document, ArtifactForm.S3Uri),
        new("AWS::Serverless::GraphQLApi", ["Resolvers", "*", "*", "CodeUri"], ArtifactKind.Document, ArtifactForm.S3Uri),
        new("AWS::Serverless::Application", ["Location"], ArtifactKind.Template, ArtifactForm.Url),
        new("AWS::CloudFormation::Stack", ["TemplateURL"], ArtifactKind.Template, ArtifactForm.Url),
        new("AWS::Lambda::Function", ["Code"], ArtifactKind.Code, ArtifactForm.CodeLocation),
        new("AWS::Lambda::LayerVersion", ["Content"], ArtifactKind.Layer, ArtifactForm.CodeLocation),
        new("AWS::ApiGateway::RestApi", ["BodyS3Location"], ArtifactKind.Document, ArtifactForm.BucketAndKey),
        new("AWS::ApiGatewayV2::Api", ["BodyS3Location"], ArtifactKind.Document, ArtifactForm.BucketAndKey),
        new("AWS::StepFunctions::StateMachine", ["DefinitionS3Location"], ArtifactKind.Document, ArtifactForm.BucketAndKey),
        new("AWS::AppSync::GraphQLSchema", ["DefinitionS3Location"], ArtifactKind.Document, ArtifactForm.S3Uri),
    ];

    /// <summary>Globals' sections and the type whose properties they are, of those that may name a path. Functions' are told of each function.</summary>
    private static readonly (string Section, string Type)[] GlobalSections = [("Api", "AWS::Serverless::Api"), ("HttpApi", "AWS::Serverless::HttpApi")];

    private readonly TemplateMap _root;
    private readonly ParameterTexts _parameters;
    private readonly List<LocalArtifact> _found = [];

    private LocalArtifacts(TemplateMap root, ParameterTexts parameters)
    {
        _root = root;
        _parameters = parameters;
    }

    private TemplateMap? GlobalFunction => Map(Map(_root, Globals), "Function");

    public static IReadOnlyList<LocalArtifact> In(TemplateMap root, ParameterTexts parameters)
    {
        LocalArtifacts artifacts = new(root, parameters);
        artifacts.FindInGlobals();
        artifacts.FindInResources();
        artifacts.FindIncluded(root, []);
        return artifacts._found;
    }

    /// <summary>The template with a place in S3 for everything that is still here, so that what else is wrong with it can be told.</summary>
    public static TemplateMap Placed(TemplateMap root, IEnumerable<LocalArtifact> artifacts)
    {
        TemplateMap placed = (TemplateMap)root.Copy();
        foreach (LocalArtifact artifact in artifacts)
        {
            TemplateNode? parent = artifact.Place.SkipLast(1).Aggregate((TemplateNode?)placed, static (node, key) => node switch
            {
                TemplateMap map => map[key],
                TemplateList list => list[int.Parse(key, System.Globalization.CultureInfo.InvariantCulture)],
                _ => null,
            });
            if (parent is TemplateMap owner)
            {
                owner.Set(artifact.Place[^1], new TemplateText("s3://bucket/key") { Position = artifact.Position });
            }
        }

        return placed;
    }

    private static TemplateMap? Map(TemplateMap? map, string name) => map?[name] as TemplateMap;

    private static bool IsLocal(string path) => path.Length > 0
        && !path.Contains("://", StringComparison.Ordinal) && !path.Contains("{{resolve:", StringComparison.Ordinal) && !path.Contains('\n', StringComparison.Ordinal);

    private void FindInGlobals()
    {
        foreach ((string section, string type) in GlobalSections)
        {
            if (Map(Map(_root, Globals), section) is { } properties)
            {
                foreach (ArtifactRule rule in Rules.Where(rule => rule.Type == type))
                {
                    Find(rule, properties, rule.Property, new Owner(string.Empty, Globals, [Globals, section], properties, null));
                }
            }
        }
    }

    private void FindInResources()
    {
        foreach ((TemplateKey logicalId, TemplateNode node) in Map(_root, "Resources")?.Entries ?? [])
        {
            if (node is not TemplateMap resource || resource["Type"] is not TemplateText { Value: var type })
            {
                continue;
            }

            TemplateMap? properties = Map(resource, "Properties");
            Owner owner = new(logicalId.Name, type, ["Resources", logicalId.Name, "Properties"], properties ?? [], Map(resource, "Metadata"))
            {
                Position = resource.Position,
            };
            foreach (ArtifactRule rule in Rules.Where(rule => rule.Type == type && properties is not null))
            {
                Find(rule, properties!, rule.Property, owner);
            }

            if (type == Function && properties is not null && !SaysItsCode(properties))
            {
                AddInherited(owner);
            }
        }
    }

    private bool SaysItsCode(TemplateMap properties) =>
        _parameters.TextOf(properties["PackageType"] ?? GlobalFunction?["PackageType"]) == "Image"
        || ((string[])["CodeUri", "InlineCode", "ImageUri"]).Any(name => properties[name] is not null);

    /// <summary>A function without a word of its code has Globals' or else, with SAM, the template's folder.</summary>
    private void AddInherited(Owner owner)
    {
        TemplateNode? code = GlobalFunction?["CodeUri"];
        TemplateNode? image = GlobalFunction?["ImageUri"];
        if (code is TemplateText text && IsLocal(text.Value))
        {
            _found.Add(Artifact(Rules[0], owner, owner.Place, text.Value, text.Position));
        }
        else if (code is null && image is null)
        {
            _found.Add(Artifact(Rules[0], owner, owner.Place, ".", owner.Position));
        }
    }

    private void Find(ArtifactRule rule, TemplateMap map, ReadOnlySpan<string> property, Owner owner)
    {
        if (property[0] == "*")
        {
            foreach ((TemplateKey key, TemplateNode value) in map.Entries)
            {
                if (value is TemplateMap inner)
                {
                    Find(rule, inner, property[1..], owner with { Place = [.. owner.Place, key.Name] });
                }
            }
        }
        else if (property.Length > 1)
        {
            if (map[property[0]] is TemplateMap inner)
            {
                Find(rule, inner, property[1..], owner with { Place = [.. owner.Place, property[0]] });
            }
        }
        else if (map[property[0]] is TemplateText text && IsLocal(text.Value))
        {
            _found.Add(Artifact(rule, owner, owner.Place, text.Value, text.Position));
        }
    }

    private LocalArtifact Artifact(ArtifactRule rule, Owner owner, IReadOnlyList<string> place, string path, TemplatePosition position)
    {
        TemplateMap? globals = owner.Type == Function ? GlobalFunction : null;
        string? Text(string name) => _parameters.TextOf(owner.Properties[name] ?? globals?[name]);
        string architectures = owner.Type == "AWS::Serverless::LayerVersion" ? "CompatibleArchitectures" : "Architectures";
        return new LocalArtifact
        {
            LogicalId = owner.LogicalId,
            Type = owner.Type,
            Kind = rule.Kind,
            Form = rule.Form,
            Place = [.. place, rule.Property[^1]],
            Path = path,
            Position = position,
            Runtime = Text("Runtime"),
            Handler = Text("Handler"),
            Architecture = _parameters.TextOf(((owner.Properties[architectures] ?? globals?[architectures]) as TemplateList)?.FirstOrDefault()),
            BuildMethod = _parameters.TextOf(owner.Metadata?["BuildMethod"]),
            SkipsBuild = owner.Metadata?["SkipBuild"] is TemplateBool { Value: true } or TemplateText { Value: "true" or "True" },
        };
    }

    /// <summary><c>AWS::Include</c>, of the whole template or anywhere in it.</summary>
    private void FindIncluded(TemplateNode node, IReadOnlyList<string> place)
    {
        switch (node)
        {
            case TemplateMap map:
                foreach ((TemplateKey key, TemplateNode value) in map.Entries)
                {
                    IReadOnlyList<string> inner = [.. place, key.Name];
                    if (key.Name == "Fn::Transform" || (place.Count == 0 && key.Name == "Transform"))
                    {
                        AddIncluded(value, inner);
                    }

                    FindIncluded(value, inner);
                }

                break;
            case TemplateList list:
                for (int index = 0; index < list.Count; index++)
                {
                    FindIncluded(list[index], [.. place, index.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
                }

                break;
        }
    }

    private void AddIncluded(TemplateNode call, IReadOnlyList<string> place)
    {
        if (call is TemplateList several)
        {
            for (int index = 0; index < several.Count; index++)
            {
                AddIncluded(several[index], [.. place, index.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            }
        }
        else if (call is TemplateMap map && Scalars.TextOf(map["Name"]) == TemplateTransforms.Include
            && Map(map, "Parameters")?["Location"] is TemplateText text && IsLocal(text.Value))
        {
            _found.Add(new LocalArtifact
            {
                LogicalId = string.Empty,
                Type = TemplateTransforms.Include,
                Kind = ArtifactKind.Document,
                Form = ArtifactForm.S3Uri,
                Place = [.. place, "Parameters", "Location"],
                Path = text.Value,
                Position = text.Position,
            });
        }
    }

    private sealed record Owner(string LogicalId, string Type, IReadOnlyList<string> Place, TemplateMap Properties, TemplateMap? Metadata)
    {
        public TemplatePosition Position { get; init; }
    }

    /// <param name="Property">From the resource's properties on; <c>*</c> stands for any key.</param>
    private sealed record ArtifactRule(string Type, string[] Property, ArtifactKind Kind, ArtifactForm Form);
}
