using System.Text;

namespace Lamina.Rooms.Tests.Server;

public sealed class MalformedRequestTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    private const int Requests = 1_000;
    private const long GrowthBytes = 32 * 1024 * 1024;

    [Fact]
    public async Task A_thousand_malformed_requests_each_get_a_4xx_that_names_the_fault_and_leave_no_memory_behind()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        List<string> wrong = [];
        long before = 0;
        for (int seed = 0; seed < Requests; seed++)
        {
            before = seed == Requests / 5 ? GC.GetTotalMemory(forceFullCollection: true) : before;
            byte[] request = MalformedRequest.Make(seed);
            (int status, string head, string body) = await RawConnection.ExchangeAsync(house.Address, request, cancellationToken);
            if (!IsRefusal(status, head, body))
            {
                wrong.Add($"seed {seed}: {Encoding.Latin1.GetString(request, 0, Math.Min(request.Length, 200))} → {head} {body}");
            }
        }

        long growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(wrong.Count == 0, $"{wrong.Count} wrong:\n{string.Join("\n\n", wrong.Take(10))}");
        Assert.InRange(growth, long.MinValue, GrowthBytes);
    }

    // What is not even HTTP is refused by Kestrel, whose status line is all it says.
    private static bool IsRefusal(int status, string head, string body) =>
        status is (>= 400 and < 500) or 501
        && (body.Contains("essage\":\"", StringComparison.Ordinal) || !head.Contains("x-amzn-RequestId", StringComparison.OrdinalIgnoreCase));
}
