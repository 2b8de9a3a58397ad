using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>Notifications of a bucket of the same template.</summary>
internal sealed class S3Event(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    private string _bucketId = "";
    private TemplateMap _bucket = new();

    public override void Link(TemplateMap resources)
    {
        if (this["Bucket"] is TemplateMap map && map.Has("Ref"))
        {
            _bucketId = (map["Ref"] as TemplateText ?? throw Fault("'Ref' value in S3 events is not a valid string.", "Bucket")).Value;
            if (resources[_bucketId] is TemplateMap bucket)
            {
                _bucket = bucket;
                return;
            }
        }

        throw Fault("S3 events must reference an S3 bucket in the same template.", "Bucket");
    }

    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        GeneratedResource permission = Permission(target, "s3.amazonaws.com", null, Intrinsic.Ref("AWS::AccountId"));
        if (permission.Attributes.Has("Condition"))
        {
            DependByTag(permission);
        }
        else
        {
            Depend(permission);
        }

        AddNotifications(target);
        return [permission, GeneratedResource.Of(_bucketId, _bucket, "AWS::S3::Bucket")];
    }

    /// <summary>S3 checks the permission when the bucket is made.</summary>
    private void Depend(GeneratedResource permission)
    {
        TemplateNode[] before = _bucket["DependsOn"] switch
        {
            null => [],
            TemplateText text => [text],
            TemplateList list when list.All(static item => item is not (TemplateMap or TemplateList)) => [.. list],
            _ => throw new SamResourceException(LogicalId, "Invalid type for field 'DependsOn'. Expected a string or list of strings."),
        };
        TemplateList depends = new();
        foreach (TemplateNode id in before.Append(permission.LogicalId))
        {
            if (!depends.Holds(id))
            {
                depends.Add(id);
            }
        }

        _bucket["DependsOn"] = depends;
    }

    /// <summary>DependsOn knows no conditions; a tag that refers to the permission makes the same order.</summary>
    private void DependByTag(GeneratedResource permission)
    {
        TemplateMap properties = PropertiesOf();
        TemplateList tags = Expected.Property(properties["Tags"] ?? new TemplateList(), _bucketId, "Tags").ToBeList();
        TemplateMap tag = new()
        {
            [$"sam:ConditionalDependsOn:{permission.LogicalId}"] = Intrinsic.If(permission.Condition!, permission.Reference, "no dependency"),
        };
        properties["Tags"] = new TemplateList([.. tags, .. Tags.ListOf(tag)]);
    }

    private TemplateMap PropertiesOf()
    {
        if (_bucket["Properties"] is null)
        {
            _bucket["Properties"] = new TemplateMap();
        }

        return Expected.Property(_bucket["Properties"], _bucketId, "").ToBeMap("Properties should be a map.");
    }

    private void AddNotifications(EventTarget target)
    {
        TemplateMap properties = PropertiesOf();
        TemplateMap configuration = Expected.Property(
            properties["NotificationConfiguration"] ?? new TemplateMap(), _bucketId, "NotificationConfiguration").ToBeMap();
        properties["NotificationConfiguration"] = configuration;
        TemplateList notifications = (configuration["LambdaConfigurations"] ?? new TemplateList()) as TemplateList
            ?? throw new SamResourceException(_bucketId, "Invalid type for LambdaConfigurations. Must be a list.");
        configuration["LambdaConfigurations"] = notifications;
        foreach (TemplateNode type in this["Events"] as TemplateList ?? new TemplateList([this["Events"]!]))
        {
            TemplateMap notification = new() { ["Function"] = target.Resource.Arn };
            if (this["Filter"] is { } filter)
            {
                notification["Filter"] = filter.Copy();
            }

            notification["Event"] = type;
            if (target.Resource.Attributes.Has("Condition"))
            {
                notification = Intrinsic.If(target.Resource.Condition ?? TemplateNull.Instance, notification);
            }

            if (!notifications.Holds(notification))
            {
                notifications.Add(notification);
            }
        }
    }
}
