using System.Collections.Frozen;
using Lamina.Execution.Environments;

namespace Lamina.Execution;

/// <summary>
/// Which invocations of one function may run: those of provisioned environments always; the rest within what the function reserves
/// beyond them or, when it reserves nothing, within what the account shares. One for every function that was ever invoked.
/// </summary>
internal sealed class FunctionAdmission(ConcurrencyGate account)
{
    /// <summary>Held while settings are taken over, so that the newest are the last.</summary>
    public Lock Changing { get; } = new();

    /// <summary>Pools of provisioned environments by version; replaced whole.</summary>
    public FrozenDictionary<string, FunctionPool> Provisioned
    {
        get => _provisioned;
        set => _provisioned = value;
    }

    // Every on-demand execution is counted here, so that a reservation set while some run counts them too.
    private readonly ConcurrencyGate _own = new(int.MaxValue);
    private volatile FrozenDictionary<string, FunctionPool> _provisioned = FrozenDictionary<string, FunctionPool>.Empty;
    private volatile bool _reserves;

    public void Reserve(int? executions, int provisioned)
    {
        _own.Limit = executions is { } reserved ? reserved - provisioned : int.MaxValue;
        _reserves = executions is not null;
    }

    /// <summary>False when the function's reservation is used up by so many environments.</summary>
    public bool AllowsAnother(int environments) => environments < _own.Limit;

    public Admission TryEnter()
    {
        if (!_own.TryEnter())
        {
            return Admission.RefusedByReservation;
        }

        if (_reserves)
        {
            return Admission.Reserved;
        }

        if (account.TryEnter())
        {
            return Admission.Shared;
        }

        _own.Leave();
        return Admission.RefusedByAccount;
    }

    public void Leave(Admission admission)
    {
        _own.Leave();
        if (admission == Admission.Shared)
        {
            account.Leave();
        }
    }
}

internal enum Admission
{
    RefusedByReservation,
    RefusedByAccount,

    /// <summary>Within what the function reserves.</summary>
    Reserved,

    /// <summary>Within what the account's functions share.</summary>
    Shared,

    /// <summary>By an environment that is provisioned.</summary>
    Provisioned,
}
