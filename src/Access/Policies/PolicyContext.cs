using System.Collections.Frozen;
using System.Collections.Immutable;
using Lamina.Contract;

namespace Lamina.Access.Policies;

/// <summary>What is asked, by whom, with the values that conditions may look at. Keys are compared without regard to case.</summary>
public sealed class PolicyContext(Caller caller, string action, string resource, IEnumerable<KeyValuePair<string, ImmutableArray<string>>> values)
{
    private readonly FrozenDictionary<string, ImmutableArray<string>> _values = values.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public Caller Caller { get; } = caller;

    /// <summary>For example <c>lambda:InvokeFunction</c>.</summary>
    public string Action { get; } = action;

    /// <summary>An ARN, or <c>*</c> where the action has none.</summary>
    public string Resource { get; } = resource;

    /// <summary>Default when the request has no such key.</summary>
    public ImmutableArray<string> Value(string key) => _values.GetValueOrDefault(key);
}
