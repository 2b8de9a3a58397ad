using System.Collections.Immutable;
using System.Globalization;
using Lamina.Contract;
using Lamina.Execution.Environments;
using Lamina.Functions;
using Lamina.Sandbox;
using Microsoft.Extensions.Logging;

namespace Lamina.Execution.Shells;

/// <summary>
/// Shells whose interpreter has imported what a function imports out of its layers, before its code is there:
/// 1. Learn: an environment that has initialised tells what it imported out of /opt and how long that took.
/// 2. Prime: in a quiet moment a shell is made, given everything of the function but its code, and imports that; whatever cannot be
///    the same as later is a fault, and none is made again until the function's configuration changes.
/// 3. Serve: the function's next environment takes it, unless the code could have been found in the place of what was imported.
/// One for each function version that is worth its memory, within a budget (<see cref="KeepAlive"/>). None is ever used twice or shared.
/// </summary>
internal sealed partial class PrimedShells(
    ShellPool shells, EnvironmentPlanner planner, long budgetBytes, QuietWork quiet, TimeProvider time, ILogger<PrimedShells> logger)
{
    /// <summary>After so long what was learnt goes too: the function may be gone, and learnt of after that.</summary>
    private static readonly TimeSpan Remember = TimeSpan.FromDays(1);

    private readonly KeepAlive _keepAlive = new(budgetBytes);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PrimeProfile> _profiles = new(StringComparer.Ordinal);
    private Task _discarded = Task.CompletedTask;
    private long _taken;

    /// <summary>Bytes that they may hold together; 0: none are made.</summary>
    public long BudgetBytes => IsOn ? budgetBytes : 0;

    /// <summary>How many have become functions' environments.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    public void Start()
    {
        if (IsOn)
        {
            quiet.Start(DropUnused, () => NextWanted() is { } profile ? cancellationToken => PrimeAsync(profile, cancellationToken) : null);
        }
    }

    /// <summary>3. A shell that is the caller's from now on; null when none is ready that the function could not tell from a fresh one.</summary>
    /// <param name="taskDirectory">The function's code, as the host sees it.</param>
    public Shell? TryTake(Lazy<PrimePlan> plan, FunctionVersion function, string taskDirectory)
    {
        lock (_lock)
        {
            if (!_profiles.ContainsKey(ShellRules.NameOf(function)))
            {
                return null;
            }
        }

        string key = plan.Value.Key;
        PrimeProfile? profile;
        PrimedShell? primed;
        lock (_lock)
        {
            profile = Find_NeedsLock(key, function);
            if (profile is null)
            {
                return null;
            }

            profile.Starts++;
            Use_NeedsLock(profile);
            primed = profile.Take();
        }

        quiet.Signal();
        if (primed is null)
        {
            return null;
        }

        bool serves = false;
        try
        {
            serves = primed.Serves(taskDirectory);
        }
        finally
        {
            if (!serves)
            {
                Refuse(profile, primed, function);
            }
        }

        if (!serves)
        {
            return null;
        }

        Interlocked.Increment(ref _taken);
        return primed.Release();
    }

    /// <summary>1. An environment of the function has initialised.</summary>
    public void Learn(FunctionVersion function, PrimePlan plan, ImportReport report)
    {
        lock (_lock)
        {
            PrimeProfile? profile = Find_NeedsLock(plan.Key, function);
            if (profile is null)
            {
                _profiles[ShellRules.NameOf(function)] = profile = new PrimeProfile(function, plan.Key) { Starts = 1 };
            }

            profile.Fault ??= report.Fault;
            if (!profile.Imports.Select(static import => import.Name).SequenceEqual(report.Imports.Select(static import => import.Name))
                && profile.Take() is { } primed)
            {
                Discard_NeedsLock(primed);
            }

            profile.Imports = profile.CoveredBy == function.EnvironmentKey ? [] : report.Imports;
            Use_NeedsLock(profile);
        }

        quiet.Signal();
    }

    /// <summary>The function version is another from now on, or what decides about it has changed: what was known of a former configuration goes.</summary>
    public void Update(FunctionVersion function)
    {
        lock (_lock)
        {
            if (_profiles.TryGetValue(ShellRules.NameOf(function), out PrimeProfile? profile))
            {
                profile.Function = function;
                if (profile.Key != planner.PrimeKeyOf(function))
                {
                    Remove_NeedsLock(profile);
                }
            }
        }
    }

    /// <summary>The function version is gone.</summary>
    public void Forget(FunctionVersion function)
    {
        lock (_lock)
        {
            if (_profiles.TryGetValue(ShellRules.NameOf(function), out PrimeProfile? profile))
            {
                Remove_NeedsLock(profile);
            }
        }
    }

    /// <summary>Something that functions share has changed: a runtime, the SDK, a layer's dev content.</summary>
    public void UpdateAll()
    {
        FunctionVersion[] functions;
        lock (_lock)
        {
            functions = [.. _profiles.Values.Select(static profile => profile.Function)];
        }

        Array.ForEach(functions, Update);
    }

    public IReadOnlyList<PrimedReport> List()
    {
        lock (_lock)
        {
            return [.. _profiles.Values.OrderBy(static profile => ShellRules.NameOf(profile.Function), StringComparer.Ordinal).Select(ReportOf_NeedsLock)];
        }
    }

    /// <summary>Null where nothing was learnt of the function.</summary>
    public PrimedReport? Find(FunctionVersion function)
    {
        lock (_lock)
        {
            return _profiles.TryGetValue(ShellRules.NameOf(function), out PrimeProfile? profile) ? ReportOf_NeedsLock(profile) : null;
        }
    }

    public async Task StopAsync()
    {
        await quiet.StopAsync();
        lock (_lock)
        {
            foreach (PrimeProfile profile in _profiles.Values.ToArray())
            {
                Remove_NeedsLock(profile);
            }
        }

        await _discarded;
    }

    /// <summary>Completes when all that are wanted now are ready.</summary>
    internal Task FullAsync() => quiet.DoneAsync();

    private bool IsOn => shells.IsOn && budgetBytes > 0;

    private void Refuse(PrimeProfile profile, PrimedShell primed, FunctionVersion function)
    {
        lock (_lock)
        {
            if (primed.Shell.IsAlive)
            {
                profile.Imports = [];
                profile.CoveredBy = function.EnvironmentKey;
            }

            Discard_NeedsLock(primed);
        }
    }

    private PrimedReport ReportOf_NeedsLock(PrimeProfile profile) => new(
        ShellRules.NameOf(profile.Function),
        [.. profile.Imports.Select(static import => import.Name)],
        profile.Cost,
        profile.Ready is not null,
        IsWanted_NeedsLock(profile),
        profile.Ready?.MemoryBytes ?? 0,
        profile.Fault ?? (profile.CoveredBy == profile.Function.EnvironmentKey ? "its code has names that its imports look for" : null));

    private PrimeProfile? Find_NeedsLock(string key, FunctionVersion function)
    {
        if (_profiles.TryGetValue(ShellRules.NameOf(function), out PrimeProfile? profile) && profile.Key != key)
        {
            Remove_NeedsLock(profile);
            profile = null;
        }

        return profile;
    }

    private void Use_NeedsLock(PrimeProfile profile)
    {
        profile.LastUsed = time.GetTimestamp();
        profile.Worth = _keepAlive.Worth(profile.Starts, profile.Cost, profile.BytesOfOne);
    }

    private PrimeProfile? NextWanted()
    {
        lock (_lock)
        {
            return _profiles.Values.Where(IsWanted_NeedsLock).MaxBy(static profile => profile.Worth);
        }
    }

    /// <summary>There is memory for it, of what nobody has or of what is worth less.</summary>
    private bool IsWanted_NeedsLock(PrimeProfile profile)
    {
        if (profile.Ready is not null || profile.Fault is not null || profile.Imports.IsEmpty
            || time.GetElapsedTime(profile.LastUsed) > QuietWork.Keep || profile.BrokenUntil > time.GetTimestamp())
        {
            return false;
        }

        long taken = _profiles.Values.Where(other => other.Ready is not null && other.Worth >= profile.Worth).Sum(static other => other.Ready!.MemoryBytes);
        return taken + profile.BytesOfOne <= budgetBytes;
    }

    /// <summary>2. Prime.</summary>
    private async Task PrimeAsync(PrimeProfile profile, CancellationToken cancellationToken)
    {
        FunctionVersion function;
        ImmutableArray<string> imports;
        TimeSpan limit;
        lock (_lock)
        {
            if (!IsWanted_NeedsLock(profile))
            {
                // No more: quiet was waited for meanwhile.
                return;
            }

            function = profile.Function;
            imports = [.. profile.Imports.Select(static import => import.Name)];

            // What hangs twice is left alone for good; a machine that is busy for a moment is no reason to.
            limit = Limits.InitDuration + (3 * profile.Cost);
        }

        try
        {
            HeldPrimePlan? plan = await planner.PlanPrimeAsync(function, cancellationToken);
            if (plan is null || plan.Plan.Key != profile.Key)
            {
                plan?.Dispose();
                Forget(function);
                return;
            }

            await MakeAsync(profile, plan, imports, limit, cancellationToken);
        }
        catch (TimeoutException)
        {
            PutOff(profile, string.Create(CultureInfo.InvariantCulture, $"the imports did not end within {limit.TotalSeconds} s, twice"));
        }
        catch (Exception exception) when (exception is SandboxException or IOException or InvalidDataException or AwsError)
        {
            LogNotMade(logger, exception, ShellRules.NameOf(function));
            PutOff(profile, faultAtSecond: null);
        }
    }

    /// <param name="faultAtSecond">What is wrong with the imports when this has happened before; null: it says nothing about them.</param>
    private void PutOff(PrimeProfile profile, string? faultAtSecond)
    {
        lock (_lock)
        {
            profile.BrokenUntil = quiet.AfterRecovery;
            if (faultAtSecond is null)
            {
                return;
            }

            if (profile.HasTimedOut)
            {
                profile.Fault ??= faultAtSecond;
                LogFault(logger, ShellRules.NameOf(profile.Function), faultAtSecond);
            }

            profile.HasTimedOut = true;
        }
    }

    private async Task MakeAsync(
        PrimeProfile profile, HeldPrimePlan plan, ImmutableArray<string> imports, TimeSpan limit, CancellationToken cancellationToken)
    {
        Shell? shell = null;
        bool kept = false;
        try
        {
            shell = await shells.MakeAsync(plan.Plan.Kind, cancellationToken);
            ImportReport report = await shell.PrimeAsync(plan.Plan, imports, limit, cancellationToken);
            kept = TryKeep(profile, imports, new PrimedShell(shell, plan, report), report.Fault);
        }
        finally
        {
            if (!kept)
            {
                await (shell?.DisposeAsync() ?? ValueTask.CompletedTask);
                plan.Dispose();
            }
        }
    }

    /// <summary>False: it is not wanted any more, or never will be.</summary>
    private bool TryKeep(PrimeProfile profile, ImmutableArray<string> imports, PrimedShell primed, string? fault)
    {
        lock (_lock)
        {
            string name = ShellRules.NameOf(profile.Function);
            bool isCurrent = _profiles.GetValueOrDefault(name) == profile && imports.SequenceEqual(profile.Imports.Select(static import => import.Name));
            if (isCurrent && fault is not null)
            {
                profile.Fault ??= fault;
                LogFault(logger, name, fault);
            }

            if (!isCurrent || profile.Fault is not null)
            {
                return false;
            }

            profile.BytesOfOne = primed.MemoryBytes;
            profile.Ready = primed;
            profile.Worth = _keepAlive.Worth(profile.Starts, profile.Cost, profile.BytesOfOne);
            IEnumerable<IdleEnvironment<PrimeProfile>> ready = _profiles.Values
                .Where(static one => one.Ready is not null)
                .Select(static one => new IdleEnvironment<PrimeProfile>(one, one.LastUsed, one.Worth, one.Ready!.MemoryBytes));
            foreach (IdleEnvironment<PrimeProfile> least in _keepAlive.Choose(ready))
            {
                Discard_NeedsLock(least.Environment.Take()!);
            }

            return true;
        }
    }

    private void DropUnused()
    {
        lock (_lock)
        {
            foreach (PrimeProfile profile in _profiles.Values)
            {
                TimeSpan unused = time.GetElapsedTime(profile.LastUsed);
                if (unused > Remember)
                {
                    // A dictionary may lose entries while it is read.
                    Remove_NeedsLock(profile);
                }
                else if (unused > QuietWork.Keep && profile.Take() is { } primed)
                {
                    Discard_NeedsLock(primed);
                }
            }
        }
    }

    private void Remove_NeedsLock(PrimeProfile profile)
    {
        _profiles.Remove(ShellRules.NameOf(profile.Function));
        if (profile.Take() is { } primed)
        {
            Discard_NeedsLock(primed);
        }
    }

    private void Discard_NeedsLock(PrimedShell primed) => _discarded = Task.WhenAll(_discarded, DiscardAsync(primed));

    private async Task DiscardAsync(PrimedShell primed)
    {
        try
        {
            await primed.DisposeAsync();
        }
        catch (SandboxException exception)
        {
            LogNotEnded(logger, exception);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Function} imports nothing in advance until its configuration changes: {Fault}.")]
    private static partial void LogFault(ILogger logger, string function, string fault);

    [LoggerMessage(LogLevel.Warning, "A sandbox that imports in advance for {Function} could not be made.")]
    private static partial void LogNotMade(ILogger logger, Exception exception, string function);

    [LoggerMessage(LogLevel.Warning, "A sandbox that had imported in advance did not end.")]
    private static partial void LogNotEnded(ILogger logger, Exception exception);
}
