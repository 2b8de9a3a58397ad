using System.Collections.Concurrent;
using System.Collections.Frozen;
using Lamina.Contract;
using Lamina.Execution.Environments;
using Lamina.Functions;

namespace Lamina.Execution;

/// <summary>
/// Carries the concurrency settings over to where invocations are admitted: limits of functions and accounts, and pools of provisioned
/// environments. An invocation only reads what stands there already.
/// </summary>
/// <remarks>
/// A setting is durable before it is announced, and an admission is entered into the table before the settings are read: whichever of
/// the two comes second sees the other.
/// </remarks>
internal sealed class AdmissionDesk(FunctionConcurrency concurrency, Func<FunctionAdmission, FunctionVersion, FunctionPool> newPool)
{
    private readonly ConcurrentDictionary<(string Region, AccountId Account), ConcurrencyGate> _accounts = new();
    private readonly ConcurrentDictionary<FunctionArn, FunctionAdmission> _functions = new();

    /// <summary>Provisions what is set and follows what is set from now on.</summary>
    public void Start()
    {
        concurrency.Changed += Refresh;
        foreach (FunctionArn function in concurrency.FunctionsWithProvisioned())
        {
            Refresh(function);
        }
    }

    public void Stop() => concurrency.Changed -= Refresh;

    public FunctionAdmission Of(FunctionArn function)
    {
        if (_functions.TryGetValue(function, out FunctionAdmission? known))
        {
            return known;
        }

        Refresh(function);
        return _functions[function];
    }

    public FunctionPool? FindPool(FunctionVersion version) =>
        _functions.TryGetValue(version.Arn, out FunctionAdmission? admission) ? admission.Provisioned.GetValueOrDefault(version.Version) : null;

    public void Refresh(FunctionArn function)
    {
        ConcurrencyGate account = _accounts.GetOrAdd((function.Region, function.Account), static _ => new ConcurrencyGate(int.MaxValue));
        FunctionAdmission admission = _functions.GetOrAdd(function, static (_, gate) => new FunctionAdmission(gate), account);
        lock (account)
        {
            account.Limit = concurrency.UnreservedOf(function.Region, function.Account);
        }

        lock (admission.Changing)
        {
            FunctionConcurrencySnapshot settings = concurrency.Snapshot(function);
            admission.Reserve(settings.Reserved, settings.ProvisionedTotal);
            Provision(admission, settings);
        }
    }

    private void Provision(FunctionAdmission admission, FunctionConcurrencySnapshot settings)
    {
        Dictionary<string, FunctionPool> pools = new(StringComparer.Ordinal);
        foreach (IGrouping<string, (FunctionVersion Version, int Executions)> wanted in settings.Provisioned.GroupBy(static pair => pair.Version.Version))
        {
            FunctionVersion version = wanted.First().Version;
            int count = wanted.Sum(static pair => pair.Executions);
            FunctionPool pool = admission.Provisioned.GetValueOrDefault(version.Version) ?? newPool(admission, version);
            pool.Keep(count);
            pools.Add(version.Version, pool);
        }

        FunctionPool[] gone = [.. admission.Provisioned.Values.Except(pools.Values)];
        admission.Provisioned = pools.ToFrozenDictionary(StringComparer.Ordinal);
        Array.ForEach(gone, static pool => pool.Retire());
    }
}
