using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>AWS::Serverless::SimpleTable: a table of DynamoDB with one key.</summary>
internal sealed class SimpleTableResource(SamDefinition definition) : SamResource(definition)
{
    public override IEnumerable<GeneratedResource> Expand(SamContext context)
    {
        GeneratedResource table = new("AWS::DynamoDB::Table", LogicalId, Attributes, DependsOn);
        (TemplateNode name, TemplateNode type) = Key();
        table["AttributeDefinitions"] = new TemplateList([new TemplateMap { ["AttributeName"] = name, ["AttributeType"] = type }]);
        table["KeySchema"] = new TemplateList([new TemplateMap { ["AttributeName"] = name, ["KeyType"] = "HASH" }]);
        if (IsSet("ProvisionedThroughput"))
        {
            table["ProvisionedThroughput"] = Property("ProvisionedThroughput");
        }
        else
        {
            table["BillingMode"] = "PAY_PER_REQUEST";
        }

        foreach (string property in new[] { "PointInTimeRecoverySpecification", "SSESpecification", "TableName" })
        {
            table[property] = IsSet(property) ? Property(property) : null;
        }

        table["Tags"] = Property("Tags") is TemplateMap { Count: > 0 } tags ? Tags.ListOf(tags) : null;
        return [table];
    }

    private (TemplateNode Name, TemplateNode Type) Key()
    {
        if (Property("PrimaryKey") is not TemplateMap { Count: > 0 } key)
        {
            return ("id", "S");
        }

        TemplateNode name = Expected.Property(key["Name"], LogicalId, "PrimaryKey.Name").ToBeGiven();
        TemplateNode type = Expected.Property(key["Type"], LogicalId, "PrimaryKey.Type").ToBeGiven();
        return (name, Python27.Print(type) switch
        {
            "String" => "S",
            "Number" => "N",
            "Binary" => "B",
            string other => throw Fault($"Invalid 'Type' \"{other}\".", "PrimaryKey.Type"),
        });
    }
}
