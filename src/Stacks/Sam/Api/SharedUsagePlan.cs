using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Api;

/// <summary>The usage plan that the APIs of a template share, with its key, as it grows API by API.</summary>
internal sealed class SharedUsagePlan
{
    private const string ConditionName = "SharedUsagePlanCondition";

    private readonly List<string> _conditions = [];
    private bool _isUnconditional;
    private string? _deletionPolicy;
    private string? _replacePolicy;

    public TemplateList DependsOn { get; } = new();

    public TemplateList ApiStages { get; } = new();

    public TemplateList StageKeys { get; } = new();

    /// <summary>The attributes after one more API: the more careful policy, and a condition while all APIs have one.</summary>
    /// <exception cref="SamTemplateException">A condition without a section Conditions.</exception>
    public TemplateMap AttributesWith(TemplateMap attributes, SamContext context)
    {
        if (attributes["DeletionPolicy"] is TemplateText { IsTruthy: true } deletion)
        {
            _deletionPolicy = _deletionPolicy is null || deletion.Value == "Retain" ? deletion.Value : _deletionPolicy;
        }

        if (attributes["UpdateReplacePolicy"] is TemplateText { IsTruthy: true } replace)
        {
            bool isMoreCareful = replace.Value == "Retain" || (replace.Value == "Snapshot" && _replacePolicy == "Delete");
            _replacePolicy = _replacePolicy is null || isMoreCareful ? replace.Value : _replacePolicy;
        }

        AddCondition(attributes["Condition"], context);
        TemplateMap combined = new();
        Set(combined, "DeletionPolicy", _deletionPolicy);
        Set(combined, "UpdateReplacePolicy", _replacePolicy);
        Set(combined, "Condition", _conditions.Count > 0 && !_isUnconditional ? ConditionName : null);
        return combined;
    }

    private static void Set(TemplateMap attributes, string name, string? value)
    {
        if (value is not null)
        {
            attributes[name] = value;
        }
    }

    private void AddCondition(TemplateNode? condition, SamContext context)
    {
        if (_isUnconditional)
        {
            return;
        }

        if (condition is null)
        {
            _isUnconditional = true;
            context.RemoveCondition(ConditionName);
        }
        else if (condition is TemplateText { IsTruthy: true } text && !_conditions.Contains(text.Value))
        {
            if (!context.HasConditions)
            {
                throw new SamTemplateException("Can't have condition without having 'Conditions' section in the template");
            }

            _conditions.Add(text.Value);
            context.AddCondition(ConditionName, _conditions.Count == 1 ? text : Intrinsic.Or(_conditions));
        }
    }
}
