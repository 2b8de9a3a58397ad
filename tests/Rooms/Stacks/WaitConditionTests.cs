using System.Runtime.CompilerServices;
using System.Text;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Rooms.Tests.Companions;
using Lamina.Stacks;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Resources;
using Lamina.Stacks.Resources.Nested;
using Lamina.Stacks.Templates;
using Microsoft.Extensions.Time.Testing;

namespace Lamina.Rooms.Tests.Stacks;

public sealed class WaitConditionTests : IAsyncDisposable
{
    private static readonly BucketName Bucket = BucketName.Parse("cloudformation-waitcondition-us-east-1-000000000000");

    private readonly S3Room _s3 = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    public ValueTask DisposeAsync() => _s3.DisposeAsync();

    [Fact]
    public async Task A_restart_does_not_begin_the_waiting_anew()
    {
        (WaitConditionType type, ResourceCall call) = await BeginAsync(timeoutSeconds: 600);
        using (CancellationTokenSource stopping = new())
        {
            Task<ResourceResult> first = type.CreateAsync(call, stopping.Token);
            _time.Advance(TimeSpan.FromSeconds(400));
            await stopping.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        }

        Task<ResourceResult> second = type.CreateAsync(call with { IsRepeated = true }, TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(199));
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => second);
        Assert.Equal("WaitCondition timed out. Received 0 conditions when expecting 1", error.Message);
    }

    [Fact]
    public async Task Signals_that_came_in_time_count_after_a_restart_that_did_not()
    {
        (WaitConditionType type, ResourceCall call) = await BeginAsync(timeoutSeconds: 600);
        await SignalAsync("""{"Status":"SUCCESS","UniqueId":"one","Data":"ready"}""");
        _time.Advance(TimeSpan.FromSeconds(700));

        ResourceResult result = await type.CreateAsync(call with { IsRepeated = true }, TestContext.Current.CancellationToken);

        Assert.Equal("""{"one":"ready"}""", ((TemplateText)result.Attributes["Data"]!).Value);
    }

    private async Task<(WaitConditionType Type, ResourceCall Call)> BeginAsync(int timeoutSeconds)
    {
        await _s3.Buckets.CreateAsync(S3Room.Caller, Bucket, "us-east-1", TestContext.Current.CancellationToken);
        await _s3.Buckets.SetVersioningAsync(S3Room.Caller, Bucket, BucketVersioning.Enabled, TestContext.Current.CancellationToken);
        WaitConditionType type = new((StackRoomParts)RuntimeHelpers.GetUninitializedObject(typeof(StackRoomParts)) with
        {
            // All that waiting needs.
            Catalog = _s3.Catalog,
            Buckets = _s3.Buckets,
            Objects = _s3.Objects,
            Time = _time,
        });
        ResourceCall call = new()
        {
            Caller = S3Room.Caller,
            Stack = new StackIdentity(S3Room.Caller.Account, "us-east-1", "shop", "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/1"),
            StackTags = [],
            LogicalId = "Ready",
            Type = type.Name,
            Name = "Ready",
            PhysicalId = null,
            Properties = new TemplateMap { ["Handle"] = $"http://localhost/{Bucket}/1/Handle", ["Timeout"] = timeoutSeconds },
            Mark = null,
            Token = "token",
            IsRepeated = false,
            InitiatedAsync = static _ => Task.CompletedTask,
            GivenUp = CancellationToken.None,
        };
        return (type, call with { Mark = type.MarkBefore(call) });
    }

    private Task<ObjectVersion> SignalAsync(string text) => _s3.Objects.PutAsync(
        S3Room.Caller, Bucket, ObjectKey.Parse("1/Handle"), ObjectDescription.None, S3Room.BodyOf(Encoding.UTF8.GetBytes(text)), WriteCondition.None,
        TestContext.Current.CancellationToken);
}
