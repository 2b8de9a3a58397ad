using System.Collections.Concurrent;
using Lamina.Contract;
using Lamina.Rooms.Tests.Store;
using Lamina.Stacks.ChangeSets;
using Lamina.Stacks.Engine;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Resources;
using Lamina.Stacks.Resources.Stored;
using Lamina.Stacks.Templates;
using Lamina.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lamina.Rooms.Tests.Stacks.Engine;

/// <summary>The engine over a real catalog, with types whose things lie in memory and that fail when told.</summary>
internal sealed class StackWorld : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly SqliteCatalog _catalog;

    public StackWorld()
    {
        _catalog = SqliteCatalog.Open(_folder.Below("catalog.db"));
        Crashing = new CrashingCatalog(_catalog);
        Start();
    }

    public static Caller Caller { get; } = new()
    {
        Account = AccountId.Default,
        Region = "us-east-1",
        PrincipalArn = "arn:aws:iam::000000000000:root",
    };

    /// <summary>What there is outside the stacks: physical id → properties.</summary>
    public ConcurrentDictionary<string, string> Things { get; } = new(StringComparer.Ordinal);

    /// <summary>Asked before each call; what it gives for "create", "update" or "delete" and a logical id is thrown.</summary>
    public Func<string, string, AwsError?> Refuses { get; set; } = static (_, _) => null;

    /// <summary>Awaited before each change, with the same.</summary>
    public Func<string, string, Task> Awaits { get; set; } = static (_, _) => Task.CompletedTask;

    public CrashingCatalog Crashing { get; }

    public CatalogSnapshot Catalog => _catalog.Current;

    public StackEngine Engine { get; private set; } = null!;

    public StackEditor Editor { get; private set; } = null!;

    public ChangeSetEditor ChangeSets { get; private set; } = null!;

    public StackDirectory Directory => new(_catalog);

    public static AwsError Refusal => new("Broken", 400, "it is broken", AwsErrorBody.LowerMessageOnly);

    /// <summary>As a new process over what the last one left.</summary>
    public async Task RestartAsync()
    {
        await Engine.DisposeAsync();
        Crashing.CrashAfter(null);
        Start();
        Engine.Start();
    }

    public async Task<StackDocument> CreateAsync(string body)
    {
        StackDocument stack = await Editor.CreateAsync(Caller, Request(body), TestContext.Current.CancellationToken);
        return await EndAsync(stack);
    }

    public async Task<StackDocument> UpdateAsync(string body)
    {
        StackDocument stack = await Editor.UpdateAsync(Caller, Request(body), TestContext.Current.CancellationToken);
        return await EndAsync(stack);
    }

    public async Task<StackDocument> EndAsync(StackDocument stack)
    {
        await Engine.WaitAsync(stack.Id, TestContext.Current.CancellationToken);
        return Directory.Get(Caller, stack.Id);
    }

    public static StackRequest Request(string body) => new() { StackName = "shop", TemplateBody = body, Capabilities = ["CAPABILITY_NAMED_IAM"] };

    /// <summary>All that a stack is: its resources as they are known, its outputs, its parameters.</summary>
    public string Describe(StackDocument stack) => string.Join('\n',
    [
        .. Directory.Resources(stack).Where(static resource => resource.Current is not null).Select(static resource =>
            $"{resource.LogicalId} {resource.Current!.PhysicalId} {resource.Current.Properties} {resource.Current.Attributes} {resource.Status.Split('_')[^1]}"),
        .. stack.Outputs.Select(static output => output.ToString()),
        .. stack.Definition.Parameters.Select(static parameter => parameter.ToString()),
        .. Things.OrderBy(static thing => thing.Key, StringComparer.Ordinal).Select(static thing => $"{thing.Key} {thing.Value}"),
    ]);

    /// <summary>Nothing is there that the stack does not know of, and nothing is missing.</summary>
    public void AssertNothingOrphaned(StackDocument stack) => Assert.Equal(
        Directory.Resources(stack).Select(static resource => resource.Current?.PhysicalId).OfType<string>().Order(StringComparer.Ordinal),
        Things.Keys.Order(StringComparer.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _catalog.DisposeAsync();
        _folder.Dispose();
    }

    private void Start()
    {
        ResourceTypes types = new([new Named(this), new Numbered(this), .. StoredType.All(Crashing)], ["Test::Allowed"]);
        StackEvaluation evaluation = new(Crashing, static (_, _) => null);
        Engine = new StackEngine(Crashing, evaluation, types, TimeProvider.System, NullLogger<StackEngine>.Instance);
        StackPlanner planner = new(evaluation, types, TimeProvider.System, static (_, _) => "");
        Editor = new StackEditor(Crashing, planner, Engine, TimeProvider.System);
        ChangeSets = new ChangeSetEditor(Crashing, Editor, new ChangeSetPlanner(Crashing, evaluation, types), TimeProvider.System);
    }

    private void Check(string what, ResourceCall call)
    {
        if (Refuses(what, call.LogicalId) is { } refusal)
        {
            throw refusal;
        }
    }

    private static string TextOf(ResourceCall call) => PropertiesJson.Write(call.Properties);

    /// <summary>Has a name; Value changes in place, Key replaces.</summary>
    private sealed class Named(StackWorld world) : IResourceType
    {
        public string Name => "Test::Named";

        public ResourceShape Shape { get; } = new()
        {
            Known = ResourceShape.Set("Name", "Key", "Value"),
            Replacing = ResourceShape.Set("Key", "Name"),
            NameProperty = "Name",
        };

        public string? MarkBefore(ResourceCall call) => world.Things.ContainsKey(call.Name) ? throw Faults.Exists(Name, call.Name) : null;

        public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
        {
            if (!world.Things.TryAdd(call.Name, TextOf(call)) && !call.IsRepeated)
            {
                throw Faults.Exists(Name, call.Name);
            }

            await call.InitiatedAsync(call.Name);
            await world.Awaits("create", call.LogicalId);
            world.Check("create", call);
            return Result(call, call.Name);
        }

        public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
        {
            await world.Awaits("update", call.LogicalId);
            Assert.True(world.Things.ContainsKey(call.PhysicalId!), $"{call.PhysicalId} is changed and not there.");

            // Half of it is done when it fails.
            world.Things[call.PhysicalId!] = TextOf(call);
            world.Check("update", call);
            return Result(call, call.PhysicalId!);
        }

        public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken)
        {
            world.Check("delete", call);
            world.Things.TryRemove(call.PhysicalId!, out _);
            return Task.CompletedTask;
        }

        private static ResourceResult Result(ResourceCall call, string id) => new(id, new TemplateMap
        {
            ["Arn"] = $"arn:{id}",
            ["Value"] = call.Text("Value") ?? "",
        });
    }

    /// <summary>Has a number that the world gives it; every change replaces.</summary>
    private sealed class Numbered(StackWorld world) : IResourceType
    {
        private int _last = world.Things.Keys.Where(static id => id.StartsWith('#')).Select(static id => int.Parse(id[1..], System.Globalization.CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();

        public string Name => "Test::Numbered";

        public ResourceShape Shape { get; } = new() { IsImmutable = true };

        public string? MarkBefore(ResourceCall call) => string.Join(',', world.Things.Keys);

        public Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
        {
            world.Check("create", call);
            string[] before = call.Mark!.Split(',');
            string text = $"{call.LogicalId} {TextOf(call)}";
            string? made = call.IsRepeated
                ? world.Things.Where(thing => thing.Value == text && !before.Contains(thing.Key, StringComparer.Ordinal)).Select(static thing => thing.Key).FirstOrDefault() : null;
            if (made is null)
            {
                made = $"#{Interlocked.Increment(ref _last)}";
                Assert.True(world.Things.TryAdd(made, text));
            }

            return Task.FromResult(new ResourceResult(made, []));
        }

        public Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("It is immutable.");

        public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken)
        {
            world.Check("delete", call);
            world.Things.TryRemove(call.PhysicalId!, out _);
            return Task.CompletedTask;
        }
    }
}

/// <summary>A catalog whose process dies after some commits: what comes later is not written.</summary>
internal sealed class CrashingCatalog(ICatalog catalog) : ICatalog
{
    private int _left = -1;

    public CatalogSnapshot Current => catalog.Current;

    public bool HasCrashed => Volatile.Read(ref _left) == 0;

    /// <param name="commits">Null: never.</param>
    public void CrashAfter(int? commits) => Volatile.Write(ref _left, commits is { } count ? count + 1 : -1);

    public Task<T> CommitAsync<T>(Func<CatalogTransaction, T> change, CancellationToken cancellationToken)
    {
        int left = Volatile.Read(ref _left);
        while (left > 0 && Interlocked.CompareExchange(ref _left, left - 1, left) is var seen && seen != left)
        {
            left = seen;
        }

        return left is 0 or 1
            ? Task.FromException<T>(new CatalogException("The process has died.", null))
            : catalog.CommitAsync(change, cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
