using System.Text.Json.Nodes;
using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Rooms.Tests.Functions;
using Lamina.Server.Operations;
using Lamina.Server.Wire;
using Lamina.Store;
using Microsoft.AspNetCore.Http;

namespace Lamina.Rooms.Tests.Server;

/// <summary>As many functions as large accounts have. One is made by the API, the others are copies of it in the catalog.</summary>
public sealed class FunctionListTests : IDisposable
{
    private const int Count = 10_000;
    private const int PageSize = 50;
    private const string Functions = "/2015-03-31/functions";

    /// <summary>What reading 50 functions out of the catalog and writing them takes, with room for a few members more.</summary>
    private const long PageAllocationBytes = 1_500_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-list-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Ten_thousand_functions_come_in_pages_of_fifty_each_once_and_in_order()
    {
        await using (ServedHouse before = await OpenAsync())
        {
            await before.SendJsonAsync(HttpMethod.Post, Functions, ServedHouse.CreateRequest(NameOf(0)));
        }

        await using (SqliteCatalog catalog = SqliteCatalog.Open(Path.Combine(_folder, "catalog.db")))
        {
            await CopyAsync(catalog);
        }

        await using ServedHouse house = await OpenAsync();
        List<string> names = [];
        int pages = 0;
        string? marker = null;
        do
        {
            JsonObject page = (await house.SendAsync(
                HttpMethod.Get, $"{Functions}?MaxItems=10000{(marker is null ? "" : $"&Marker={Uri.EscapeDataString(marker)}")}")).Json;
            names.AddRange(page["Functions"]!.AsArray().Select(static function => (string)function!["FunctionName"]!));
            marker = (string?)page["NextMarker"];
            pages++;
        }
        while (marker is not null);

        Assert.Equal(Enumerable.Range(0, Count).Select(NameOf), names);
        Assert.Equal(Count / PageSize, pages);
    }

    [Fact]
    public async Task A_page_costs_the_same_wherever_it_is()
    {
        await using FunctionsHouse house = FunctionsHouse.Open();
        await house.CreateReadyAsync(FunctionsHouse.Request(NameOf(0)));
        await CopyAsync(house.Catalog);
        ListFunctions list = new(house.Directory);
        AllocatedBy(list, after: null); // what is made once is made now

        Assert.InRange(AllocatedBy(list, after: null), 1, PageAllocationBytes);
        Assert.InRange(AllocatedBy(list, NameOf(Count - PageSize - 1)), 1, PageAllocationBytes);
    }

    private static string NameOf(int number) => $"function-{number:D5}";

    private static async Task CopyAsync(ICatalog catalog)
    {
        FunctionDocument original = FunctionDocuments.Find(catalog.Current, FunctionsHouse.ArnOf(NameOf(0)))!;
        await catalog.CommitAsync(
            transaction =>
            {
                foreach (int number in Enumerable.Range(1, Count - 1))
                {
                    FunctionDocuments.Put(transaction, original with { Latest = original.Latest with { Name = NameOf(number) } });
                }

                return true;
            },
            CancellationToken.None);
    }

    /// <summary>The operation runs on this thread to its end.</summary>
    private static long AllocatedBy(ListFunctions list, string? after)
    {
        string marker = after is null ? "" : $"&Marker={Uri.EscapeDataString(Page.Take([after, ""], 1, static name => name).Next!)}";
        OperationTable.Entry entry = OperationTable.Entry.Of(LambdaRoutes.All.Single(static route => route.Name == "ListFunctions"), list);
        HttpRequest request = new DefaultHttpContext { Request = { Host = new HostString("localhost") } }.Request;
        OperationCall call = new(request, RequestTarget.Parse($"{Functions}/?MaxItems={PageSize}{marker}"), entry, FunctionsHouse.Caller, "id");
        long before = GC.GetAllocatedBytesForCurrentThread();
        Task<Answer> answering = list.HandleAsync(call, CancellationToken.None);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(answering.IsCompletedSuccessfully);
        answering.GetAwaiter().GetResult().Dispose();
        return allocated;
    }

    private Task<ServedHouse> OpenAsync() => ServedHouse.OpenAsync(options => options with { DataDirectory = _folder });
}
