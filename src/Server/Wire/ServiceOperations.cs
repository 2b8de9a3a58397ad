using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Lamina.Contract;
using Lamina.Contract.Models;

namespace Lamina.Server.Wire;

/// <summary>An operation that is found by its name.</summary>
internal interface INamedOperation
{
    string Name { get; }
}

/// <summary>All operations of one service's model by their names, each served or on the list of those that are not.</summary>
internal sealed class ServiceOperations<T>
    where T : class, INamedOperation
{
    private readonly string _service;
    private readonly FrozenDictionary<string, (OperationModel Model, T? Operation)> _all;

    public ServiceOperations(string service, ImmutableArray<OperationModel> model, IReadOnlyList<T> served)
    {
        _service = service;
        Dictionary<string, T> byName = served.ToDictionary(static operation => operation.Name, StringComparer.Ordinal);
        string[] wrong = [.. model.Where(operation => operation.Served != byName.ContainsKey(operation.Name)).Select(static operation => operation.Name)];
        if (wrong.Length > 0)
        {
            throw new InvalidOperationException($"{service}: {string.Join(", ", wrong)} must be in Operations/ or in docs/not-served.txt, and not in both.");
        }

        _all = model.ToFrozenDictionary(
            static operation => operation.Name, operation => (operation, byName.GetValueOrDefault(operation.Name)), StringComparer.Ordinal);
    }

    /// <summary>False when AWS's model has no operation of this name; throws the error for one that is not served.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out OperationModel? model, [NotNullWhen(true)] out T? operation)
    {
        if (!_all.TryGetValue(name, out (OperationModel Model, T? Operation) found))
        {
            (model, operation) = (null, null);
            return false;
        }

        model = found.Model;
        operation = found.Operation ?? throw new AwsError(
            "NotImplementedException",
            501,
            $"Lamina does not serve the operation {_service}:{name} yet (docs/not-served.txt lists all such operations).",
            AwsErrorBody.LowerMessageOnly);
        return true;
    }
}
