using Lamina.Contract;
using Lamina.Stacks.Engine;

namespace Lamina.Rooms.Tests.Stacks.Engine;

/// <summary>Updates that are left where they failed, cancelled, or kept from resources by a policy; deletions that do not stop at what is in the way.</summary>
public sealed class StackHaltTests
{
    private const string Base = """
        Resources:
          Changed: {Type: Test::Named, Properties: {Key: a, Value: one}}
          Replaced: {Type: Test::Named, Properties: {Key: a, Value: !GetAtt Changed.Value}}
          Removed: {Type: Test::Named, Properties: {Value: gone}}
          Last: {Type: Test::Named, DependsOn: Replaced, Properties: {Value: one}}
        """;

    private const string Next = """
        Resources:
          Changed: {Type: Test::Named, Properties: {Key: a, Value: two}}
          Replaced: {Type: Test::Named, Properties: {Key: b, Value: !GetAtt Changed.Value}}
          Last: {Type: Test::Named, DependsOn: Replaced, Properties: {Value: two}}
          Added: {Type: Test::Named, DependsOn: Last}
        """;

    private const string Third = """
        Resources:
          Changed: {Type: Test::Named, Properties: {Key: a, Value: three}}
          Replaced: {Type: Test::Named, Properties: {Key: c, Value: !GetAtt Changed.Value}}
          Last: {Type: Test::Named, DependsOn: Replaced, Properties: {Value: three}}
          Added: {Type: Test::Named, DependsOn: Last}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("update", "Last")]
    [InlineData("create", "Added")]
    [InlineData("create", "Replaced")]
    public async Task An_update_that_is_left_where_it_failed_goes_on_with_the_next_one(string what, string logicalId)
    {
        await using StackWorld world = new();
        StackDocument stack = await HaltAsync(world, what, logicalId);

        stack = await world.UpdateAsync(Third);

        Assert.Equal(StackStatus.UpdateComplete, stack.Status);
        Assert.Null(stack.Halted);
        Assert.Equal(["Added", "Changed", "Last", "Replaced"], world.Directory.Resources(stack).Select(static one => one.LogicalId));
        Assert.All(world.Directory.Resources(stack), static one => Assert.EndsWith("_COMPLETE", one.Status, StringComparison.Ordinal));
        world.AssertNothingOrphaned(stack);
        Assert.All((string[])["Changed", "Replaced", "Last"], id => Assert.Contains("three", world.Things[world.Directory.Resource(stack, id).PhysicalId!], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("update", "Last")]
    [InlineData("create", "Added")]
    [InlineData("create", "Replaced")]
    public async Task It_can_be_rolled_back_to_what_was_before_the_first_failure(string what, string logicalId)
    {
        await using StackWorld world = new();
        string before = world.Describe(await world.CreateAsync(Base));
        StackDocument stack = await HaltAsync(world, what, logicalId, isThere: true);

        await world.Editor.RollBackAsync(StackWorld.Caller, "shop", null, Token);
        stack = await world.EndAsync(stack);

        Assert.Equal(StackStatus.UpdateRollbackComplete, stack.Status);
        Assert.Equal(before, world.Describe(stack));
    }

    [Fact]
    public async Task A_second_update_that_fails_is_rolled_back_past_the_first()
    {
        await using StackWorld world = new();
        string before = world.Describe(await world.CreateAsync(Base));
        await HaltAsync(world, "update", "Last", isThere: true);
        int times = 0;
        world.Refuses = (call, id) => call == "create" && id == "Added" && Interlocked.Increment(ref times) == 1 ? StackWorld.Refusal : null;

        StackDocument stack = await world.UpdateAsync(Third);

        Assert.Equal(StackStatus.UpdateRollbackComplete, stack.Status);
        Assert.Equal(before, world.Describe(stack));
        world.AssertNothingOrphaned(stack);
    }

    [Fact]
    public async Task A_creation_that_is_left_is_mended_by_an_update_or_goes_without_a_trace()
    {
        foreach (bool isMended in new[] { true, false })
        {
            await using StackWorld world = new();
            int times = 0;
            world.Refuses = (call, id) => call == "create" && id == "Last" && Interlocked.Increment(ref times) == 1 ? StackWorld.Refusal : null;
            StackDocument stack = await world.Editor.CreateAsync(StackWorld.Caller, StackWorld.Request(Base) with { DisablesRollback = true }, Token);
            stack = await world.EndAsync(stack);
            Assert.Equal(StackStatus.CreateFailed, stack.Status);
            if (isMended)
            {
                stack = await world.UpdateAsync(Base);
                Assert.Equal(StackStatus.UpdateComplete, stack.Status);
                world.AssertNothingOrphaned(stack);
                Assert.Equal(4, world.Things.Count);
            }
            else
            {
                await world.Editor.RollBackAsync(StackWorld.Caller, "shop", null, Token);
                Assert.Equal(StackStatus.RollbackComplete, (await world.EndAsync(stack)).Status);
                Assert.Empty(world.Things);
            }
        }
    }

    [Fact]
    public async Task A_stack_that_was_left_is_deleted_with_all_that_is_beside_it()
    {
        await using StackWorld world = new();
        StackDocument stack = await HaltAsync(world, "create", "Added");
        await world.Editor.DeleteAsync(StackWorld.Caller, "shop", [], null, null, Token);
        Assert.Equal(StackStatus.DeleteComplete, (await world.EndAsync(stack)).Status);
        Assert.Empty(world.Things);
    }

    [Fact]
    public async Task A_rollback_that_failed_goes_on_without_what_is_skipped()
    {
        await using StackWorld world = new();
        await world.CreateAsync(Base);
        int times = 0;
        world.Refuses = (call, id) => (call == "create" && id == "Added") || (call == "update" && id == "Last" && Interlocked.Increment(ref times) > 1) ? StackWorld.Refusal : null;
        StackDocument stack = await world.UpdateAsync(Next);
        Assert.Equal(StackStatus.UpdateRollbackFailed, stack.Status);
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => world.UpdateAsync(Next));
        Assert.Equal($"Stack:{stack.Id} is in UPDATE_ROLLBACK_FAILED state and can not be updated.", refused.Message);
        await world.Editor.ContinueRollbackAsync(StackWorld.Caller, "shop", ["Last"], null, Token);
        stack = await world.EndAsync(stack);
        Assert.Equal(StackStatus.UpdateRollbackComplete, stack.Status);
        world.AssertNothingOrphaned(stack);
    }

    [Fact]
    public async Task A_cancelled_update_is_rolled_back()
    {
        await using StackWorld world = new();
        string before = world.Describe(await world.CreateAsync(Base));
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Awaits = async (call, id) =>
        {
            if (call == "update" && id == "Changed" && reached.TrySetResult())
            {
                await goesOn.Task.WaitAsync(Token);
            }
        };
        StackDocument stack = await world.Editor.UpdateAsync(StackWorld.Caller, StackWorld.Request(Next) with { DisablesRollback = true }, Token);
        await reached.Task.WaitAsync(Token);
        await world.Editor.CancelUpdateAsync(StackWorld.Caller, "shop", null, Token);
        goesOn.SetResult();
        stack = await world.EndAsync(stack);

        Assert.Equal(StackStatus.UpdateRollbackComplete, stack.Status);
        Assert.Equal(before, world.Describe(stack));
        Assert.Contains(world.Directory.Events(stack), static happened => happened is { Status: "UPDATE_ROLLBACK_IN_PROGRESS", Reason: "User Initiated" });
        Assert.DoesNotContain(world.Directory.Events(stack), static happened => happened.LogicalId == "Added");
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => world.Editor.CancelUpdateAsync(StackWorld.Caller, "shop", null, Token));
        Assert.Equal("CancelUpdateStack cannot be called from current stack status", refused.Message);
    }

    [Theory]
    [InlineData("Update:Modify", "Changed", "Action denied by stack policy: Statement [#2] does not allow [Update:Modify] for resource [LogicalResourceId/Changed];")]
    [InlineData("Update:*", "Replaced", "Action denied by stack policy: Statement [#2] does not allow [Update:*] for resource [LogicalResourceId/Replaced];")]
    [InlineData("Update:Delete", "Removed", "Action denied by stack policy: Statement [#2] does not allow [Update:Delete] for resource [LogicalResourceId/Removed];")]
    [InlineData("Update:Replace", "Changed", null)]
    public async Task A_stack_policy_keeps_updates_from_resources(string action, string logicalId, string? reason)
    {
        await using StackWorld world = new();
        string before = world.Describe(await world.CreateAsync(Base));
        string allow = """{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}""";
        string deny = $$"""{"Effect":"Deny","Action":"{{action}}","Principal":"*","Resource":"LogicalResourceId/{{logicalId}}"}""";
        await world.Editor.SetPolicyAsync(StackWorld.Caller, "shop", $$"""{"Statement":[{{allow}},{{deny}}]}""", Token);

        StackDocument stack = await world.UpdateAsync(Next);

        if (reason is null)
        {
            Assert.Equal(StackStatus.UpdateComplete, stack.Status);
            return;
        }

        Assert.Equal(StackStatus.UpdateRollbackComplete, stack.Status);
        Assert.Equal(before, world.Describe(stack));
        StackEvent failed = Assert.Single(world.Directory.Events(stack), static happened => happened.Status == "UPDATE_FAILED");
        Assert.Equal((logicalId, reason), (failed.LogicalId, failed.Reason));
        StackRequest anyway = StackWorld.Request(Next) with { PolicyDuringUpdate = $$"""{"Statement":{{allow}}}""" };
        stack = await world.EndAsync(await world.Editor.UpdateAsync(StackWorld.Caller, anyway, Token));
        Assert.Equal(StackStatus.UpdateComplete, stack.Status);
        world.AssertNothingOrphaned(stack);
    }

    [Fact]
    public void A_policy_is_read_whole_or_refused()
    {
        StackPolicy policy = StackPolicy.Parse("""
            {"Statement":[
              {"Effect":"Allow","Action":["Update:Modify","update:delete"],"Principal":"*","NotResource":"LogicalResourceId/Db*"},
              {"Effect":"Deny","NotAction":"Update:Modify","Principal":"*","Resource":"*","Condition":{"StringLike":{"ResourceType":["AWS::S3::*"]}}}]}
            """);
        Assert.Null(policy.DenialOf(StackPolicy.Modify, "Web", "AWS::S3::Bucket"));
        Assert.Null(policy.DenialOf(StackPolicy.Delete, "Web", "AWS::SQS::Queue"));
        Assert.Equal(
            "Action denied by stack policy: Statement [#2] does not allow [Update:Modify] for resource [*];",
            policy.DenialOf(StackPolicy.Delete, "Web", "AWS::S3::Bucket"));
        Assert.Equal("Action not allowed by stack policy", policy.DenialOf(StackPolicy.Replace, "Web", "AWS::SQS::Queue"));
        Assert.Equal("Action not allowed by stack policy", policy.DenialOf(StackPolicy.Modify, "DbMain", "AWS::SQS::Queue"));
        foreach (string wrong in new[] { "[]", "{", """{"Statement":[{"Effect":"Maybe","Action":"*","Principal":"*","Resource":"*"}]}""" })
        {
            Assert.StartsWith("Error validating stack policy: ", Assert.Throws<AwsError>(() => StackPolicy.Parse(wrong)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_stack_that_is_being_created_can_be_deleted()
    {
        await using StackWorld world = new();
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Awaits = async (_, id) =>
        {
            if (id == "Changed" && reached.TrySetResult())
            {
                await goesOn.Task.WaitAsync(Token);
            }
        };
        StackDocument stack = await world.Editor.CreateAsync(StackWorld.Caller, StackWorld.Request(Base), Token);
        await reached.Task.WaitAsync(Token);
        await world.Editor.DeleteAsync(StackWorld.Caller, "shop", [], null, null, Token);
        Assert.Equal(StackStatus.DeleteInProgress, world.Directory.Get(StackWorld.Caller, stack.Id).Status);
        goesOn.SetResult();
        stack = await world.EndAsync(stack);

        Assert.Equal(StackStatus.DeleteComplete, stack.Status);
        Assert.Empty(world.Things);
        Assert.DoesNotContain(world.Directory.Events(stack), static happened => happened.LogicalId == "Last");
    }

    [Fact]
    public async Task A_forced_deletion_leaves_what_cannot_be_deleted()
    {
        await using StackWorld world = new();
        StackDocument stack = await world.CreateAsync(Base);
        Task<string?> DeleteAsync() => world.Editor.DeleteAsync(StackWorld.Caller, "shop", [], "FORCE_DELETE_STACK", null, Token);
        await Assert.ThrowsAsync<AwsError>(DeleteAsync);
        world.Refuses = static (call, id) => call == "delete" && id == "Replaced" ? StackWorld.Refusal : null;
        await world.Editor.DeleteAsync(StackWorld.Caller, "shop", [], null, null, Token);
        Assert.Equal(StackStatus.DeleteFailed, (await world.EndAsync(stack)).Status);

        await DeleteAsync();
        stack = await world.EndAsync(stack);

        Assert.Equal(StackStatus.DeleteComplete, stack.Status);
        Assert.Single(world.Things);
        Assert.Contains(world.Directory.Events(stack), static happened => happened is { LogicalId: "Replaced", Status: "DELETE_SKIPPED" });
    }

    private static async Task<StackDocument> HaltAsync(StackWorld world, string what, string logicalId, bool isThere = false)
    {
        if (!isThere)
        {
            await world.CreateAsync(Base);
        }

        int times = 0;
        world.Refuses = (call, id) => call == what && id == logicalId && Interlocked.Increment(ref times) == 1 ? StackWorld.Refusal : null;
        StackDocument stack = await world.EndAsync(
            await world.Editor.UpdateAsync(StackWorld.Caller, StackWorld.Request(Next) with { DisablesRollback = true }, Token));
        Assert.Equal(StackStatus.UpdateFailed, stack.Status);
        Assert.Equal($"The following resource(s) failed to {(logicalId == "Added" ? "create" : "update")}: [{logicalId}]. ", stack.StatusReason);
        return stack;
    }
}
