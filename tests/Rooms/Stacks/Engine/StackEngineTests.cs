using Lamina.Contract;
using Lamina.Stacks.ChangeSets;
using Lamina.Stacks.Engine;

namespace Lamina.Rooms.Tests.Stacks.Engine;

/// <summary>Operations of stacks, with types in memory.</summary>
public sealed class StackEngineTests
{
    private const string Base = """
        Resources:
          Changed: {Type: Test::Named, Properties: {Key: a, Value: one}}
          Replaced: {Type: Test::Named, Properties: {Key: a, Value: !GetAtt Changed.Value}}
          Immutable: {Type: Test::Numbered, Properties: {Of: !Ref Replaced}}
          Removed: {Type: Test::Named, DependsOn: Changed, Properties: {Value: gone}}
          Kept: {Type: Test::Named, Properties: {Value: same}}
        Outputs:
          Arn: {Value: !GetAtt Replaced.Arn}
        """;

    private const string Next = """
        Resources:
          Changed: {Type: Test::Named, Properties: {Key: a, Value: two}}
          Replaced: {Type: Test::Named, Properties: {Key: b, Value: !GetAtt Changed.Value}}
          Immutable: {Type: Test::Numbered, Properties: {Of: !Ref Replaced}}
          Kept: {Type: Test::Named, Properties: {Value: same}}
          Added: {Type: Test::Named, Properties: {Value: !Ref Immutable}}
        Outputs:
          Arn: {Value: !GetAtt Replaced.Arn}
        """;

    [Fact]
    public async Task A_stack_is_created_in_the_order_of_its_needs_and_tells_so()
    {
        await using StackWorld world = new();
        StackDocument stack = await world.CreateAsync(Base);

        Assert.Equal(StackStatus.CreateComplete, stack.Status);
        Assert.Equal(5, world.Things.Count);
        world.AssertNothingOrphaned(stack);
        StackEvent[] events = [.. world.Directory.Events(stack).Reverse()];
        Assert.Equal(("shop", "CREATE_IN_PROGRESS", "User Initiated"), (events[0].LogicalId, events[0].Status, events[0].Reason));
        Assert.Equal(("shop", "CREATE_COMPLETE"), (events[^1].LogicalId, events[^1].Status));
        Assert.Equal(
            [("CREATE_IN_PROGRESS", null), ("CREATE_IN_PROGRESS", "Resource creation Initiated"), ("CREATE_COMPLETE", null)],
            events.Where(static happened => happened.LogicalId == "Changed").Select(static happened => (happened.Status, happened.Reason)));
        int Place(string id, string status) => Array.FindIndex(events, happened => happened.LogicalId == id && happened.Status == status);
        Assert.True(Place("Replaced", "CREATE_IN_PROGRESS") > Place("Changed", "CREATE_COMPLETE"));
        Assert.True(Place("Immutable", "CREATE_IN_PROGRESS") > Place("Replaced", "CREATE_COMPLETE"));
        Assert.Matches("^shop-Changed-[A-Z0-9]{12}$", world.Directory.Resource(stack, "Changed").PhysicalId!);
        Assert.StartsWith("arn:shop-Replaced-", Assert.Single(stack.Outputs).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_changes_in_place_replaces_adds_and_removes()
    {
        await using StackWorld world = new();
        StackDocument stack = await world.CreateAsync(Base);
        Dictionary<string, string> before = world.Directory.Resources(stack).ToDictionary(static one => one.LogicalId, static one => one.PhysicalId!);

        stack = await world.UpdateAsync(Next);

        Assert.Equal(StackStatus.UpdateComplete, stack.Status);
        Dictionary<string, string> after = world.Directory.Resources(stack).ToDictionary(static one => one.LogicalId, static one => one.PhysicalId!);
        Assert.Equal(["Added", "Changed", "Immutable", "Kept", "Replaced"], after.Keys.Order());
        Assert.Equal((before["Changed"], before["Kept"]), (after["Changed"], after["Kept"]));
        Assert.NotEqual(before["Replaced"], after["Replaced"]);
        Assert.NotEqual(before["Immutable"], after["Immutable"]);
        Assert.Contains("two", world.Things[after["Replaced"]], StringComparison.Ordinal);
        world.AssertNothingOrphaned(stack);
        Assert.DoesNotContain(world.Directory.Events(stack), static happened => happened.LogicalId == "Kept" && happened.Status.StartsWith("UPDATE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("create", "Added")]
    [InlineData("create", "Replaced")]
    [InlineData("create", "Immutable")]
    [InlineData("update", "Changed")]
    public async Task A_failed_update_leaves_the_stack_as_it_was(string what, string logicalId)
    {
        await using StackWorld world = new();
        string before = world.Describe(await world.CreateAsync(Base));
        int times = 0;
        world.Refuses = (call, id) => call == what && id == logicalId && Interlocked.Increment(ref times) == 1 ? StackWorld.Refusal : null;

        StackDocument stack = await world.UpdateAsync(Next);

        Assert.Equal(StackStatus.UpdateRollbackComplete, stack.Status);
        Assert.Equal(before, world.Describe(stack));
        StackEvent[] events = [.. world.Directory.Events(stack).Reverse()];
        StackEvent failed = Assert.Single(events, static happened => happened.Status.EndsWith("_FAILED", StringComparison.Ordinal));
        Assert.Equal(logicalId, failed.LogicalId);
        Assert.StartsWith("Resource handler returned message: \"it is broken\" (RequestToken: ", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(
            ["CREATE_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"],
            events.Where(static happened => happened.LogicalId == "shop").Select(static happened => happened.Status));
    }

    [Fact]
    public async Task A_failed_creation_is_rolled_back_and_can_only_be_deleted()
    {
        await using StackWorld world = new() { Refuses = static (call, id) => call == "create" && id == "Immutable" ? StackWorld.Refusal : null };
        StackDocument stack = await world.CreateAsync(Base);

        Assert.Equal(StackStatus.RollbackComplete, stack.Status);
        Assert.Empty(world.Things);
        Assert.Contains(
            world.Directory.Events(stack),
            static happened => happened.Status == "ROLLBACK_IN_PROGRESS"
                && happened.Reason == "The following resource(s) failed to create: [Immutable]. Rollback requested by user.");
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => world.UpdateAsync(Next));
        Assert.Equal($"Stack:{stack.Id} is in ROLLBACK_COMPLETE state and can not be updated.", refused.Message);
        await world.Editor.DeleteAsync(StackWorld.Caller, "shop", [], null, null, TestContext.Current.CancellationToken);
        Assert.Equal(StackStatus.DeleteComplete, (await world.EndAsync(stack)).Status);
    }

    [Fact]
    public async Task A_name_that_is_somebody_else_s_is_left_alone()
    {
        await using StackWorld world = new();
        world.Things["taken"] = "somebody else's";
        StackDocument stack = await world.CreateAsync("Resources: {A: {Type: Test::Named, Properties: {Name: taken}}}");
        Assert.Equal(StackStatus.RollbackComplete, stack.Status);
        Assert.Equal("somebody else's", world.Things["taken"]);
    }

    [Fact]
    public async Task Policies_keep_what_is_deleted_removed_or_replaced()
    {
        await using StackWorld world = new();
        await world.CreateAsync("""
            Resources:
              Deleted: {Type: Test::Named, DeletionPolicy: Retain}
              Removed: {Type: Test::Named, DeletionPolicy: Retain}
              Replaced: {Type: Test::Named, UpdateReplacePolicy: Retain, Properties: {Key: a}}
            """);
        StackDocument stack = await world.UpdateAsync("""
            Resources:
              Deleted: {Type: Test::Named, DeletionPolicy: Retain}
              Replaced: {Type: Test::Named, UpdateReplacePolicy: Retain, Properties: {Key: b}}
            """);
        Assert.Equal(4, world.Things.Count);
        await world.Editor.DeleteAsync(StackWorld.Caller, "shop", [], null, null, TestContext.Current.CancellationToken);
        stack = await world.EndAsync(stack);
        Assert.Equal(StackStatus.DeleteComplete, stack.Status);
        Assert.Equal(["Deleted", "Removed", "Replaced"], world.Things.Keys.Select(static id => id.Split('-')[1]).Order());
        Assert.Contains(world.Directory.Events(stack), static happened => happened is { LogicalId: "Deleted", Status: "DELETE_SKIPPED" });
    }

    [Fact]
    public async Task A_deletion_that_fails_can_be_repeated_without_what_is_in_the_way()
    {
        await using StackWorld world = new();
        StackDocument stack = await world.CreateAsync(Base);
        world.Refuses = static (call, id) => call == "delete" && id == "Replaced" ? StackWorld.Refusal : null;
        await world.Editor.DeleteAsync(StackWorld.Caller, "shop", [], null, null, TestContext.Current.CancellationToken);
        stack = await world.EndAsync(stack);
        Assert.Equal((StackStatus.DeleteFailed, "The following resource(s) failed to delete: [Replaced]. "), (stack.Status, stack.StatusReason));
        Assert.Equal(2, world.Things.Count);

        await world.Editor.DeleteAsync(StackWorld.Caller, "shop", ["Replaced"], null, null, TestContext.Current.CancellationToken);
        Assert.Equal(StackStatus.DeleteComplete, (await world.EndAsync(stack)).Status);
        Assert.Single(world.Things);
    }

    [Fact]
    public async Task What_cannot_be_begun_is_refused_in_AWS_s_words()
    {
        await using StackWorld world = new();
        StackDocument stack = await world.CreateAsync(Base);
        async Task RefusedAsync(string message, Func<Task> request) => Assert.Equal(message, (await Assert.ThrowsAsync<AwsError>(request)).Message);

        await RefusedAsync("Stack [shop] already exists", () => world.CreateAsync(Base));
        await RefusedAsync("No updates are to be performed.", () => world.UpdateAsync(Base));
        await RefusedAsync(
            "Update of resource type is not permitted. The new template modifies resource type of the following resources: [Kept]",
            () => world.UpdateAsync("Resources: {Kept: {Type: Test::Numbered}}"));
        await RefusedAsync(
            "Template format error: Unrecognized resource types: [AWS::Nothing::Here]. Lamina does not serve them yet; --allow-unserved TYPE lets a stack have them, with nothing behind.",
            () => world.UpdateAsync("Resources: {A: {Type: AWS::Nothing::Here}}"));
        await world.Editor.SetTerminationProtectionAsync(StackWorld.Caller, "shop", enabled: true, TestContext.Current.CancellationToken);
        await RefusedAsync(
            "Stack [shop] cannot be deleted while TerminationProtection is enabled",
            () => world.Editor.DeleteAsync(StackWorld.Caller, "shop", [], null, null, TestContext.Current.CancellationToken));
        Assert.Equal(StackStatus.CreateComplete, (await world.EndAsync(stack)).Status);
    }

    [Fact]
    public async Task An_export_that_is_used_can_be_neither_changed_nor_deleted()
    {
        await using StackWorld world = new();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        StackDocument stack = await world.CreateAsync("""
            Resources: {A: {Type: Test::Named, Properties: {Key: a}}}
            Outputs: {O: {Value: !Ref A, Export: {Name: net-id}}}
            """);
        StackDocument user = await world.Editor.CreateAsync(
            StackWorld.Caller,
            new StackRequest { StackName = "user", TemplateBody = "Resources: {B: {Type: Test::Named, Properties: {Value: !ImportValue net-id}}}" },
            cancellationToken);
        Assert.Equal((StackStatus.CreateComplete, "net-id"), ((user = await world.EndAsync(user)).Status, Assert.Single(user.Imports)));

        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => world.Editor.DeleteAsync(StackWorld.Caller, "shop", [], null, null, cancellationToken));
        Assert.Equal("Export net-id cannot be deleted as it is in use by user", refused.Message);
        string before = world.Describe(stack);
        stack = await world.UpdateAsync("""
            Resources: {A: {Type: Test::Named, Properties: {Key: b}}}
            Outputs: {O: {Value: !Ref A, Export: {Name: net-id}}}
            """);
        Assert.Equal(StackStatus.UpdateRollbackComplete, stack.Status);
        Assert.Equal(before, world.Describe(stack));
        Assert.Equal("user", Assert.Single(world.Directory.Imports(StackWorld.Caller, "net-id")));

        await world.Editor.DeleteAsync(StackWorld.Caller, "user", [], null, null, cancellationToken);
        await world.EndAsync(user);
        await world.Editor.DeleteAsync(StackWorld.Caller, "shop", [], null, null, cancellationToken);
        Assert.Equal(StackStatus.DeleteComplete, (await world.EndAsync(stack)).Status);
        Assert.Empty(world.Things);
    }

    [Fact]
    public async Task A_change_set_says_what_it_would_do_and_does_it()
    {
        await using StackWorld world = new();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        ChangeSetDocument first = await world.ChangeSets.CreateAsync(StackWorld.Caller, StackWorld.Request(Base), "first", "CREATE", null, cancellationToken);
        StackDocument stack = world.Directory.Get(StackWorld.Caller, "shop");
        Assert.Equal((StackStatus.ReviewInProgress, 5), (stack.Status, first.Changes.Count(static change => change.Action == "Add")));
        await world.ChangeSets.ExecuteAsync(StackWorld.Caller, "first", "shop", false, null, cancellationToken);
        stack = await world.EndAsync(stack);
        Assert.Equal(StackStatus.CreateComplete, stack.Status);

        ChangeSetDocument none = await world.ChangeSets.CreateAsync(StackWorld.Caller, StackWorld.Request(Base), "none", "UPDATE", null, cancellationToken);
        Assert.Equal("FAILED", none.Status);
        Assert.StartsWith("The submitted information didn't contain changes.", none.StatusReason, StringComparison.Ordinal);

        string before = world.Describe(stack);
        ChangeSetDocument next = await world.ChangeSets.CreateAsync(StackWorld.Caller, StackWorld.Request(Next), "next", "UPDATE", null, cancellationToken);
        Assert.Equal(before, world.Describe(stack));
        Assert.Equal(
            [
                ("Add", "Added", null), ("Modify", "Changed", "False"), ("Modify", "Immutable", "Conditional"), ("Remove", "Removed", null),
                ("Modify", "Replaced", "True"),
            ],
            next.Changes.Select(static change => (change.Action, change.LogicalId, change.Replacement)).OrderBy(static change => change.LogicalId, StringComparer.Ordinal));
        await world.ChangeSets.ExecuteAsync(StackWorld.Caller, next.Id, null, false, null, cancellationToken);
        stack = await world.EndAsync(stack);
        Assert.Equal((StackStatus.UpdateComplete, next.Id), (stack.Status, stack.ChangeSetId));
        world.AssertNothingOrphaned(stack);
    }

    [Fact]
    public async Task A_request_sent_again_does_not_begin_again()
    {
        await using StackWorld world = new();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        StackRequest request = StackWorld.Request(Base) with { ClientToken = "token" };
        StackDocument first = await world.Editor.CreateAsync(StackWorld.Caller, request, cancellationToken);
        StackDocument again = await world.Editor.CreateAsync(StackWorld.Caller, request, cancellationToken);
        Assert.Equal(first.Id, again.Id);
        await world.EndAsync(first);
    }

    [Fact]
    public async Task A_type_that_nothing_serves_is_listed_where_the_operator_allows_it()
    {
        await using StackWorld world = new();
        StackDocument stack = await world.CreateAsync("Resources: {A: {Type: Test::Allowed, Properties: {Any: thing}}}");
        Assert.Equal(StackStatus.CreateComplete, stack.Status);
        Assert.StartsWith("not-served-by-lamina-", world.Directory.Resource(stack, "A").PhysicalId, StringComparison.Ordinal);
    }
}
