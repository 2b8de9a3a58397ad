using System.IO.Compression;
using System.Text;
using Lamina.Contract;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Execution;

public sealed class DevFunctionTests
{
    private static readonly Caller Owner = new()
    {
        Account = AccountId.Default,
        Region = "us-east-1",
        PrincipalArn = "arn:aws:iam::000000000000:root",
    };

    [Fact]
    public async Task The_next_invocation_runs_what_was_sent_and_after_the_session_what_is_deployed()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        house.DevFunctions.Changed += house.Invoker.RetireUsersOf;
        FunctionVersion function = await house.PythonBootstrapAsync(Answering("deployed"));
        FunctionVersion published = function with { Version = "3" };
        Assert.Equal("\"deployed\"", await AnswerAsync(house, function));

        DevFunction session = house.DevFunctions.Open(Owner, function, "/home/me/fn");
        Assert.Equal("\"deployed\"", await AnswerAsync(house, function));
        await UpdateAsync(house, session, "sent");
        Assert.Equal("\"sent\"", await AnswerAsync(house, function));
        Assert.Equal("\"sent\"", await AnswerAsync(house, published));
        Assert.Contains("DEV_FUNCTION Update: 1\tFolder: /home/me/fn", house.LogLines(function));

        house.DevFunctions.Close(session);
        Assert.Equal("\"deployed\"", await AnswerAsync(house, function));
        Assert.Equal("\"deployed\"", await AnswerAsync(house, published));
        Assert.Empty(house.DevFunctions.List(Owner));
        Assert.Empty(house.DevFunctions.In(house.Catalog.Current));
    }

    [Fact]
    public async Task A_function_has_one_session_and_what_is_refused_leaves_the_former_code_live()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        house.DevFunctions.Changed += house.Invoker.RetireUsersOf;
        FunctionVersion function = await house.PythonBootstrapAsync(Answering("deployed"));
        DevFunction session = house.DevFunctions.Open(Owner, function, "/home/me/fn");
        await UpdateAsync(house, session, "sent");

        Assert.Equal("ResourceConflictException", Assert.Throws<AwsError>(() => house.DevFunctions.Open(Owner, function, "/home/me/other")).Code);
        await Assert.ThrowsAsync<AwsError>(() => house.DevFunctions.UpdateAsync(
            Owner, function.Arn, session.Session, Zip("../outside", "x"), CancellationToken.None));
        Assert.Equal("\"sent\"", await AnswerAsync(house, function));

        Caller stranger = Owner with { Account = AccountId.Parse("111122223333") };
        Assert.Equal(
            "AccessDeniedException",
            Assert.Throws<AwsError>(() => house.DevFunctions.RequireSession(stranger, function.Arn, session.Session)).Code);
        Assert.Equal("AccessDeniedException", Assert.Throws<AwsError>(() => house.DevFunctions.Open(stranger, function, "/home/me/fn")).Code);
        house.DevFunctions.Close(session);
        Assert.Equal(
            "ResourceNotFoundException",
            Assert.Throws<AwsError>(() => house.DevFunctions.RequireSession(Owner, function.Arn, session.Session)).Code);
    }

    private static string Answering(string text) => $$"""
        while True:
            id, headers, event = next()
            respond(id, json.dumps("{{text}}"))
        """;

    private static async Task<string> AnswerAsync(ExecutionHouse house, FunctionVersion function) =>
        ExecutionHouse.Text((await house.InvokeAsync(function)).Payload);

    private static Task UpdateAsync(ExecutionHouse house, DevFunction session, string text) => house.DevFunctions.UpdateAsync(
        Owner, session.Function, session.Session, Zip("bootstrap", ExecutionHouse.PythonClient + Answering(text)), CancellationToken.None);

    private static byte[] Zip(string path, string text)
    {
        using MemoryStream bytes = new();
        using (ZipArchive zip = new(bytes, ZipArchiveMode.Create))
        {
            ZipArchiveEntry entry = zip.CreateEntry(path);
            entry.ExternalAttributes = 0x81ED << 16;
            using Stream content = entry.Open();
            content.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }
}
