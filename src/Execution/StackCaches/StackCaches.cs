using System.Collections.Immutable;
using System.Globalization;
using Lamina.Contract;
using Lamina.Execution.Environments;
using Lamina.Execution.Shells;
using Lamina.Functions;
using Lamina.Sandbox;
using Microsoft.Extensions.Logging;

namespace Lamina.Execution.StackCaches;

/// <summary>
/// What an interpreter has made of the code in layers, kept for all functions of an account that have the same layers in the same order:
/// 1. Learn: an environment that has initialised tells what it loaded out of /opt and how long that took.
/// 2. Make: in a quiet moment a sandbox that has the layers and nothing of a function loads the same, and sends what the interpreter keeps.
/// 3. Serve: the planner has it shown, read-only, to the environments that come (<see cref="StackCacheStore"/>).
/// </summary>
internal sealed partial class StackCaches(
    StackCacheStore store, ShellPool shells, EnvironmentPlanner planner, QuietWork quiet, TimeProvider time, ILogger<StackCaches> logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StackCacheProfile> _profiles = new(StringComparer.Ordinal);

    /// <summary>Bytes on disk that all may take together; 0: none are made.</summary>
    public long LimitBytes => store.LimitBytes;

    public void Start()
    {
        if (store.IsOn)
        {
            store.Open();
            quiet.Start(ForgetUnused, () => NextWanted() is { } profile ? cancellationToken => MakeAsync(profile, cancellationToken) : null);
        }
    }

    public Task StopAsync() => store.IsOn ? quiet.StopAsync() : Task.CompletedTask;

    /// <summary>
    /// 1. Who is to be told what the environment loads out of its layers, and says whether it takes it; null: nobody is, all is known.
    /// Everybody who starts an environment asks.
    /// </summary>
    public Func<ReadOnlyMemory<byte>?, bool>? LearnerOf(StackCachePlan plan, FunctionVersion function)
    {
        bool isAwaited;
        lock (_lock)
        {
            StackCacheProfile profile = ProfileOf_NeedsLock(plan, function);
            isAwaited = profile.IsAwaited(function);
        }

        return isAwaited ? text => Learn(plan, function, text) : null;
    }

    public IReadOnlyList<StackCacheReport> List()
    {
        lock (_lock)
        {
            return [.. _profiles.Values.OrderBy(static profile => profile.Plan.Key, StringComparer.Ordinal).Select(ReportOf)];
        }
    }

    /// <summary>Null where nothing was learnt of the function's stack.</summary>
    public StackCacheReport? Find(FunctionVersion function)
    {
        if (!store.IsOn || planner.StackCacheOf(function) is not { } plan)
        {
            return null;
        }

        lock (_lock)
        {
            return _profiles.TryGetValue(plan.Key, out StackCacheProfile? profile) && !profile.Units.IsEmpty ? ReportOf(profile) : null;
        }
    }

    /// <summary>Completes when all that are wanted now are there.</summary>
    internal Task FullAsync() => quiet.DoneAsync();

    private bool Learn(StackCachePlan plan, FunctionVersion function, ReadOnlyMemory<byte>? text)
    {
        if (StackReport.Parse(text) is not { } report)
        {
            return false;
        }

        lock (_lock)
        {
            ProfileOf_NeedsLock(plan, function).Add(function, report);
        }

        quiet.Signal();
        return true;
    }

    private StackCacheProfile ProfileOf_NeedsLock(StackCachePlan plan, FunctionVersion function)
    {
        StackCacheState? state = store.Find(plan.Key);
        if (!_profiles.TryGetValue(plan.Key, out StackCacheProfile? profile))
        {
            _profiles[plan.Key] = profile = new StackCacheProfile(plan, state?.Units ?? []) { Function = function };
        }
        else if (state is null && !profile.IsWanted)
        {
            // It was damaged, or went for others.
            profile.Miss();
            quiet.Signal();
        }

        profile.Function = function;
        profile.LastUsed = time.GetTimestamp();
        profile.Name(ShellRules.NameOf(function));
        return profile;
    }

    private StackCacheReport ReportOf(StackCacheProfile profile)
    {
        StackCacheState? state = store.Find(profile.Plan.Key);
        return new StackCacheReport(
            profile.Plan.Account,
            profile.Plan.Runtime,
            [.. profile.Functions.Order(StringComparer.Ordinal)],
            profile.Units.Length,
            profile.Duration,
            state is not null,
            IsWanted(profile),
            state?.Bytes ?? 0,
            state?.Uses ?? 0,
            profile.Fault);
    }

    private bool IsWanted(StackCacheProfile profile) => profile is { IsWanted: true, Fault: null } && profile.BrokenUntil <= time.GetTimestamp();

    private StackCacheProfile? NextWanted()
    {
        lock (_lock)
        {
            return _profiles.Values.Where(IsWanted).MaxBy(static profile => profile.Duration);
        }
    }

    private void ForgetUnused()
    {
        lock (_lock)
        {
            foreach ((string key, StackCacheProfile profile) in _profiles)
            {
                if (time.GetElapsedTime(profile.LastUsed) > QuietWork.Keep)
                {
                    // A dictionary may lose entries while it is read.
                    _profiles.Remove(key);
                }
            }
        }
    }

    /// <summary>2. Make.</summary>
    private async Task MakeAsync(StackCacheProfile profile, CancellationToken cancellationToken)
    {
        FunctionVersion function;
        ImmutableArray<string> units;
        TimeSpan limit;
        lock (_lock)
        {
            profile.Begin();
            function = profile.Function;
            units = profile.Units;
            limit = Limits.InitDuration + (3 * profile.Duration);
        }

        try
        {
            using HeldStackCachePlan? plan = await planner.PlanStackCacheAsync(function, cancellationToken);
            if (plan?.Plan.Key == profile.Plan.Key)
            {
                await MakeAsync(profile, plan, units, limit, cancellationToken);
            }
        }
        catch (TimeoutException)
        {
            PutOff(profile, string.Create(CultureInfo.InvariantCulture, $"loading it did not end within {limit.TotalSeconds} s, twice"));
        }
        catch (Exception exception) when (exception is SandboxException or IOException or InvalidDataException or UnauthorizedAccessException
            or AwsError or EntrypointException)
        {
            LogNotMade(logger, exception, profile.Plan.Key);
            PutOff(profile, faultAtSecond: null);
        }
    }

    private async Task MakeAsync(
        StackCacheProfile profile, HeldStackCachePlan plan, ImmutableArray<string> units, TimeSpan limit, CancellationToken cancellationToken)
    {
        using StackCacheUpload upload = store.Begin(plan.Plan.Family);
        bool kept = false;
        try
        {
            string? fault;
            await using (Shell shell = await shells.MakeAsync(plan.Maker, cancellationToken))
            {
                fault = await shell.MakeStackCacheAsync(units, upload, plan.Sender, limit, cancellationToken);
            }

            fault ??= upload.IsRefused || upload.IsEmpty ? "what was made of it cannot be kept" : null;
            if (fault is null)
            {
                store.Commit(plan.Plan.Key, upload, units);
                kept = true;
            }
            else
            {
                Refuse(profile, fault);
            }
        }
        finally
        {
            if (!kept)
            {
                store.Abandon(upload);
            }
        }
    }

    private void Refuse(StackCacheProfile profile, string fault)
    {
        lock (_lock)
        {
            LogFault(logger, profile.Plan.Key, ShellRules.NameOf(profile.Function), fault);
            profile.Fault ??= fault;
        }
    }

    /// <param name="faultAtSecond">What is wrong with the layers when this has happened before; null: it says nothing about them.</param>
    private void PutOff(StackCacheProfile profile, string? faultAtSecond)
    {
        lock (_lock)
        {
            profile.BrokenUntil = quiet.AfterRecovery;
            profile.Miss();
            profile.Fault ??= profile.HasTimedOut ? faultAtSecond : null;
            profile.HasTimedOut |= faultAtSecond is not null;
        }
    }

    [LoggerMessage(LogLevel.Information, "No cache {Key} is made for the layers of {Function}: {Fault}.")]
    private static partial void LogFault(ILogger logger, string key, string function, string fault);

    [LoggerMessage(LogLevel.Warning, "The cache {Key} of a stack of layers could not be made.")]
    private static partial void LogNotMade(ILogger logger, Exception exception, string key);
}
