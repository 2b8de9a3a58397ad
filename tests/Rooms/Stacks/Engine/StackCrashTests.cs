using Lamina.Contract;
using Lamina.Stacks.Engine;
using Lamina.Store;

namespace Lamina.Rooms.Tests.Stacks.Engine;

/// <summary>The process dies before each of the writes of an operation in turn; the next one over the same catalog brings it to an end.</summary>
public sealed class StackCrashTests
{
    private const string Base = """
        Resources:
          A: {Type: Test::Named, Properties: {Key: a, Value: one}}
          B: {Type: Test::Named, Properties: {Key: a, Value: !GetAtt A.Value}}
          N: {Type: Test::Numbered, Properties: {Of: !Ref B}}
          Gone: {Type: Test::Numbered, DependsOn: A}
        Outputs: {O: {Value: !Ref N}}
        """;

    private const string Next = """
        Resources:
          A: {Type: Test::Named, Properties: {Key: a, Value: two}}
          B: {Type: Test::Named, Properties: {Key: b, Value: !GetAtt A.Value}}
          N: {Type: Test::Numbered, Properties: {Of: !Ref B}}
          Added: {Type: Test::Named, Properties: {Value: !Ref N}}
        Outputs: {O: {Value: !Ref N}}
        """;

    [Fact]
    public Task A_creation_completes() => CrashEverywhereAsync(
        prepare: static _ => Task.CompletedTask,
        begin: static world => world.CreateAsync(Base),
        check: static (world, stack, _) =>
        {
            Assert.Equal(StackStatus.CreateComplete, stack.Status);
            world.AssertNothingOrphaned(stack);
            Assert.Equal(4, world.Things.Count);
        });

    [Fact]
    public Task A_creation_that_fails_leaves_nothing() => CrashEverywhereAsync(
        prepare: static world =>
        {
            world.Refuses = static (call, id) => call == "create" && id == "N" ? StackWorld.Refusal : null;
            return Task.CompletedTask;
        },
        begin: static world => world.CreateAsync(Base),
        check: static (world, stack, _) =>
        {
            Assert.Equal(StackStatus.RollbackComplete, stack.Status);
            Assert.Empty(world.Things);
        });

    [Fact]
    public Task An_update_completes() => CrashEverywhereAsync(
        prepare: static world => world.CreateAsync(Base),
        begin: static world => world.UpdateAsync(Next),
        check: static (world, stack, _) =>
        {
            Assert.Equal(StackStatus.UpdateComplete, stack.Status);
            world.AssertNothingOrphaned(stack);
            Assert.Equal(["A", "Added", "B", "N"], world.Directory.Resources(stack).Select(static one => one.LogicalId));
        });

    [Fact]
    public Task An_update_that_fails_is_rolled_back() => CrashEverywhereAsync(
        prepare: static async world =>
        {
            await world.CreateAsync(Base);
            world.Refuses = static (call, id) => call == "create" && id == "Added" ? StackWorld.Refusal : null;
        },
        begin: static world => world.UpdateAsync(Next),
        check: static (world, stack, before) =>
        {
            Assert.Equal(StackStatus.UpdateRollbackComplete, stack.Status);
            Assert.Equal(before, world.Describe(stack));
            world.AssertNothingOrphaned(stack);
        });

    [Fact]
    public Task An_update_after_one_that_was_left_completes() => CrashEverywhereAsync(
        prepare: LeaveAsync,
        begin: static world => world.UpdateAsync(Next.Replace("Key: b", "Key: c", StringComparison.Ordinal)),
        check: static (world, stack, _) =>
        {
            Assert.Equal(StackStatus.UpdateComplete, stack.Status);
            world.AssertNothingOrphaned(stack);
            Assert.Equal(["A", "Added", "B", "N"], world.Directory.Resources(stack).Select(static one => one.LogicalId));
        });

    [Fact]
    public Task An_update_that_was_left_is_rolled_back() => CrashEverywhereAsync(
        prepare: LeaveAsync,
        begin: static async world =>
        {
            StackDocument stack = await world.Editor.RollBackAsync(StackWorld.Caller, "shop", null, TestContext.Current.CancellationToken);
            await world.EndAsync(stack);
        },
        check: static (world, stack, _) =>
        {
            // Dead before it had begun, it is left as it was.
            if (stack.Status != StackStatus.UpdateFailed)
            {
                Assert.Equal(StackStatus.UpdateRollbackComplete, stack.Status);
                Assert.Equal(["A", "B", "Gone", "N"], world.Directory.Resources(stack).Select(static one => one.LogicalId));
                world.AssertNothingOrphaned(stack);
            }
        });

    private static async Task LeaveAsync(StackWorld world)
    {
        await world.CreateAsync(Base);
        world.Refuses = static (call, id) => call == "create" && id == "Added" ? StackWorld.Refusal : null;
        StackDocument stack = await world.Editor.UpdateAsync(
            StackWorld.Caller, StackWorld.Request(Next) with { DisablesRollback = true }, TestContext.Current.CancellationToken);
        Assert.Equal(StackStatus.UpdateFailed, (await world.EndAsync(stack)).Status);
        world.Refuses = static (_, _) => null;
    }

    [Fact]
    public Task A_deletion_completes() => CrashEverywhereAsync(
        prepare: static world => world.CreateAsync(Base),
        begin: static async world =>
        {
            StackDocument stack = world.Directory.Get(StackWorld.Caller, "shop");
            await world.Editor.DeleteAsync(StackWorld.Caller, "shop", [], null, null, TestContext.Current.CancellationToken);
            await world.EndAsync(stack);
        },
        check: static (world, stack, _) =>
        {
            Assert.Equal(StackStatus.DeleteComplete, stack.Status);
            Assert.Empty(world.Things);
        });

    private static async Task CrashEverywhereAsync(Func<StackWorld, Task> prepare, Func<StackWorld, Task> begin, Action<StackWorld, StackDocument, string> check)
    {
        const int MostWrites = 200;
        for (int writes = 1; writes < MostWrites; writes++)
        {
            await using StackWorld world = new();
            await prepare(world);
            string before = world.Directory.List(StackWorld.Caller).Select(world.Describe).FirstOrDefault() ?? "";
            world.Crashing.CrashAfter(writes);
            try
            {
                await begin(world);
            }
            catch (CatalogException)
            {
                // The request itself was interrupted.
            }
            catch (AwsError)
            {
                Assert.True(world.Crashing.HasCrashed);
            }

            bool crashed = world.Crashing.HasCrashed;
            await world.RestartAsync();
            StackDocument stack = await world.EndAsync(world.Directory.List(StackWorld.Caller).First());
            check(world, stack, before);
            if (!crashed)
            {
                Assert.True(writes > 5);
                return;
            }
        }

        Assert.Fail("The operation did not end.");
    }
}
