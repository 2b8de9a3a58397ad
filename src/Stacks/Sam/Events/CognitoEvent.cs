using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>Triggers of a user pool of the same template.</summary>
internal sealed class CognitoEvent(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    private string _poolId = "";
    private TemplateMap _pool = new();

    public override void Link(TemplateMap resources)
    {
        if (this["UserPool"] is TemplateMap map && map.Has("Ref"))
        {
            _poolId = (map["Ref"] as TemplateText ?? throw FaultUnderBoth("Ref in Userpool is not a string.", "UserPool")).Value;
            if (resources[_poolId] is TemplateMap pool)
            {
                _pool = pool;
                return;
            }
        }

        throw Fault("Cognito events must reference a Cognito UserPool in the same template.", "UserPool");
    }

    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        GeneratedResource permission = Permission(
            target, "cognito-idp.amazonaws.com", Intrinsic.GetAtt(_poolId, "Arn"), prefix: $"{target.Resource.LogicalId}Cognito");
        AddTriggers(target.Resource.Arn);
        return [permission, GeneratedResource.Of(_poolId, _pool, "AWS::Cognito::UserPool")];
    }

    private void AddTriggers(TemplateMap arn)
    {
        if (_pool["Properties"] is null)
        {
            _pool["Properties"] = new TemplateMap();
        }

        TemplateMap properties = Expected.Property(_pool["Properties"], _poolId, "Properties").ToBeMap();
        TemplateMap triggers = Expected.Property(properties["LambdaConfig"] ?? new TemplateMap(), _poolId, "LambdaConfig").ToBeMap();
        properties["LambdaConfig"] = triggers;
        foreach (TemplateNode trigger in this["Trigger"] as TemplateList ?? new TemplateList([this["Trigger"]!]))
        {
            string name = Python27.Print(trigger);
            triggers[name] = !triggers.Has(name) ? arn
                : throw Fault($"Cognito trigger \"{Python27.Print(this["Trigger"])}\" defined multiple times.", "Trigger");
        }
    }
}
