using System.Globalization;
using System.Xml;
using Lamina.Server.Wire.Query;
using Lamina.Stacks.ChangeSets;
using Lamina.Stacks.Engine;
using Lamina.Stacks.Evaluation;

namespace Lamina.Server.Operations.CloudFormation;

/// <summary>Stacks, resources, events and change sets as CloudFormation writes them.</summary>
internal static class StackXml
{
    private const string Hidden = "****";

    public static void WriteStack(XmlWriter xml, StackDocument stack)
    {
        WriteIdentity(xml, stack);
        xml.Element("ChangeSetId", stack.ChangeSetId);
        xml.Element("Description", stack.Definition.Description);
        WriteParameters(xml, stack.Definition.Parameters);
        WriteTimes(xml, stack);
        xml.Structure("RollbackConfiguration", static () => { });
        xml.Element("StackStatus", stack.Status);
        xml.Element("StackStatusReason", stack.StatusReason);
        xml.Element("DisableRollback", stack.DisableRollback);
        xml.Texts("NotificationARNs", stack.Definition.NotificationArns);
        xml.Element("TimeoutInMinutes", stack.TimeoutMinutes?.ToString(CultureInfo.InvariantCulture));
        xml.Texts("Capabilities", stack.Definition.Capabilities);
        xml.List("Outputs", stack.Outputs, output =>
        {
            xml.Element("OutputKey", output.Key);
            xml.Element("OutputValue", output.Value);
            xml.Element("Description", output.Description);
            xml.Element("ExportName", output.ExportName);
        });
        xml.Element("RoleARN", stack.Definition.RoleArn);
        WriteTags(xml, stack.Definition.Tags);
        xml.Element("EnableTerminationProtection", stack.TerminationProtection);
        xml.Element("ParentId", stack.ParentId);
        xml.Element("RootId", stack.RootId);
        xml.Element("DeletionMode", stack.DeletionMode);
        WriteDrift(xml, "StackDriftStatus");
    }

    public static void WriteSummary(XmlWriter xml, StackDocument stack)
    {
        WriteIdentity(xml, stack);
        xml.Element("TemplateDescription", stack.Definition.Description);
        WriteTimes(xml, stack);
        xml.Element("StackStatus", stack.Status);
        xml.Element("StackStatusReason", stack.StatusReason);
        xml.Element("ParentId", stack.ParentId);
        xml.Element("RootId", stack.RootId);
        WriteDrift(xml, "StackDriftStatus");
    }

    public static void WriteEvent(XmlWriter xml, StackDocument stack, StackEvent happened)
    {
        WriteIdentity(xml, stack);
        xml.Element("EventId", happened.EventId);
        xml.Element("LogicalResourceId", happened.LogicalId);
        xml.Element("PhysicalResourceId", happened.PhysicalId);
        xml.Element("ResourceType", happened.Type);
        xml.Element("Timestamp", Moment(happened.Time));
        xml.Element("ResourceStatus", happened.Status);
        xml.Element("ResourceStatusReason", happened.Reason);
        xml.Element("ResourceProperties", happened.Properties);
        xml.Element("ClientRequestToken", happened.ClientToken);
    }

    /// <param name="time">What the answer calls the time of the last change.</param>
    public static void WriteResource(XmlWriter xml, ResourceDocument resource, string time)
    {
        xml.Element("LogicalResourceId", resource.LogicalId);
        xml.Element("PhysicalResourceId", resource.PhysicalId);
        xml.Element("ResourceType", resource.Type);
        xml.Element(time, Moment(resource.Changed));
        xml.Element("ResourceStatus", resource.Status);
        xml.Element("ResourceStatusReason", resource.StatusReason);
        WriteDrift(xml, "StackResourceDriftStatus");
    }

    public static void WriteIdentity(XmlWriter xml, StackDocument stack)
    {
        xml.Element("StackId", stack.Id);
        xml.Element("StackName", stack.Name);
    }

    public static void WriteParameters(XmlWriter xml, IEnumerable<StackParameter> parameters) => xml.List("Parameters", parameters, parameter =>
    {
        xml.Element("ParameterKey", parameter.Key);
        xml.Element("ParameterValue", parameter.NoEcho ? Hidden : parameter.Value);
        xml.Element("ResolvedValue", parameter.NoEcho && parameter.Resolved is not null ? Hidden : parameter.Resolved);
    });

    public static void WriteTags(XmlWriter xml, IEnumerable<StackTag> tags) => xml.List("Tags", tags, tag =>
    {
        xml.Element("Key", tag.Key);
        xml.Element("Value", tag.Value);
    });

    public static void WriteChangeSetIdentity(XmlWriter xml, ChangeSetDocument changeSet)
    {
        xml.Element("ChangeSetId", changeSet.Id);
        xml.Element("ChangeSetName", changeSet.Name);
        xml.Element("StackId", changeSet.StackId);
        xml.Element("StackName", changeSet.StackName);
        xml.Element("Description", changeSet.Description);
        xml.Element("CreationTime", Moment(changeSet.Created));
        xml.Element("ExecutionStatus", changeSet.ExecutionStatus);
        xml.Element("Status", changeSet.Status);
        xml.Element("StatusReason", changeSet.StatusReason);
    }

    public static void WriteChange(XmlWriter xml, ResourceChange change)
    {
        xml.Element("Type", "Resource");
        xml.Structure("ResourceChange", () =>
        {
            xml.Element("Action", change.Action);
            xml.Element("LogicalResourceId", change.LogicalId);
            xml.Element("PhysicalResourceId", change.PhysicalId);
            xml.Element("ResourceType", change.Type);
            xml.Element("Replacement", change.Replacement);
            xml.Texts("Scope", change.Scope);
            xml.List("Details", change.Details, detail =>
            {
                xml.Structure("Target", () =>
                {
                    xml.Element("Attribute", "Properties");
                    xml.Element("Name", detail.Property);
                    xml.Element("RequiresRecreation", detail.Recreation);
                });
                xml.Element("Evaluation", detail.Evaluation);
                xml.Element("ChangeSource", detail.CausingEntity is null ? "DirectModification" : "ResourceReference");
                xml.Element("CausingEntity", detail.CausingEntity);
            });
        });
    }

    public static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static void WriteTimes(XmlWriter xml, StackDocument stack)
    {
        xml.Element("CreationTime", Moment(stack.Created));
        xml.Element("DeletionTime", stack.Deleted is { } deleted ? Moment(deleted) : null);
        xml.Element("LastUpdatedTime", stack.Updated is { } updated ? Moment(updated) : null);
    }

    /// <summary>Drift is out of scope: it is never checked.</summary>
    private static void WriteDrift(XmlWriter xml, string status) => xml.Structure("DriftInformation", () => xml.Element(status, "NOT_CHECKED"));
}
