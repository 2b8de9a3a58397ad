using System.Collections.Immutable;
using System.Security.Cryptography;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>
/// Functions whose code a client sends anew whenever it changes, without a deployment: what <see cref="DevLayers"/> is for layers. A session
/// lasts as long as its client stays; its code runs in the place of that of every version. The function's configuration, its digest and its
/// versions never change by it, so that nothing of it is left, and no later deployment takes it for what is deployed.
/// </summary>
/// <remarks>Kept in memory: no client outlives the server, and so no session does.</remarks>
public sealed class DevFunctions(ArchiveIntake intake, TreeStore trees, TimeProvider time) : IArchiveRoots
{
    private ImmutableDictionary<FunctionArn, DevFunction> _functions = ImmutableDictionary<FunctionArn, DevFunction>.Empty;

    /// <summary>The code that runs is another one now, or the deployed one again. Raised after it is.</summary>
    public event Action<FunctionArn>? Changed;

    /// <summary>
    /// Begins a session. Throws AccessDenied for another account's function, InvalidParameterValue for one that is made of an image, and
    /// ResourceConflict when it has a session already.
    /// </summary>
    public DevFunction Open(Caller caller, FunctionVersion function, string folder)
    {
        RequireOwner(caller, function.Arn);
        if (function.Image is not null)
        {
            throw AwsError.InvalidParameterValue($"The function {function.Name} is made of an image, whose code cannot be replaced.");
        }

        DevFunction opened = new()
        {
            Session = RandomNumberGenerator.GetHexString(32, lowercase: true),
            Function = function.Arn,
            Folder = folder,
            Since = time.GetUtcNow(),
            Updates = 0,
            Code = null,
        };
        return ImmutableInterlocked.TryAdd(ref _functions, function.Arn, opened)
            ? opened
            : throw AwsError.ResourceConflict(
                $"The function {function.Name} has a dev session already, of {_functions.GetValueOrDefault(function.Arn)?.Folder ?? "another folder"}.");
    }

    /// <summary>The session as it is; throws when it is over, or another account's.</summary>
    public DevFunction RequireSession(Caller caller, FunctionArn function, string session)
    {
        RequireOwner(caller, function);
        return Volatile.Read(ref _functions).GetValueOrDefault(function) is { } found && found.Session == session
            ? found
            : throw AwsError.ResourceNotFound($"The function {function.Name} has no such dev session; it ends when the request that opened it ends.");
    }

    /// <summary>
    /// 1. The archive is checked and stored as any other. 2. Its tree is made, so that no invocation waits for it.
    /// 3. It takes the place of the former code. Whatever fails before leaves the former code where it is.
    /// </summary>
    public async Task<DevFunction> UpdateAsync(
        Caller caller, FunctionArn function, string session, ReadOnlyMemory<byte> archive, CancellationToken cancellationToken)
    {
        RequireSession(caller, function, session);
        using IncomingArchive incoming = await intake.StoreAsync(ArchiveUpload.FromDevSession(archive), cancellationToken); // 1
        using TreeLease tree = await trees.LeaseAsync(incoming.Content, cancellationToken); // 2
        while (true)
        {
            DevFunction before = RequireSession(caller, function, session);
            DevFunction after = before with { Updates = before.Updates + 1, Code = incoming.Content };
            if (ImmutableInterlocked.TryUpdate(ref _functions, function, after, before)) // 3
            {
                Changed?.Invoke(function);
                return after;
            }
        }
    }

    /// <summary>Ends a session; the deployed code runs again.</summary>
    public void Close(DevFunction opened)
    {
        while (Volatile.Read(ref _functions).GetValueOrDefault(opened.Function) is { } last && last.Session == opened.Session)
        {
            if (ImmutableInterlocked.Update(
                ref _functions, static (all, ended) => all.GetValueOrDefault(ended.Function) == ended ? all.Remove(ended.Function) : all, last))
            {
                Changed?.Invoke(opened.Function);
            }
        }
    }

    /// <summary>What runs in the place of the function's own code; null: its own.</summary>
    public DevFunction? Find(FunctionVersion function) =>
        Volatile.Read(ref _functions) is { IsEmpty: false } sessions && sessions.GetValueOrDefault(function.Arn) is { Code: not null } dev ? dev : null;

    /// <summary>The sessions of the caller's account and region, by name.</summary>
    public IEnumerable<DevFunction> List(Caller caller) => Volatile.Read(ref _functions).Values
        .Where(session => session.Function.Account == caller.Account && session.Function.Region == caller.Region)
        .OrderBy(static session => session.Function.Name, StringComparer.Ordinal);

    /// <summary>Every archive that is some function's dev code now: nothing else names them.</summary>
    public IEnumerable<ArchiveRoot> In(CatalogSnapshot snapshot) => Volatile.Read(ref _functions).Values
        .Where(static session => session.Code is not null)
        .Select(static session => new ArchiveRoot(session.Code!, $"{session.Function}:dev", WantsTree: true));

    private static void RequireOwner(Caller caller, FunctionArn function)
    {
        // Not by policy: other accounts may be allowed to read a function, never to change what it runs.
        if (function.Account != caller.Account)
        {
            throw AwsError.AccessDenied($"User: {caller.PrincipalArn} may not change the code of {function}: it belongs to another account");
        }
    }
}
