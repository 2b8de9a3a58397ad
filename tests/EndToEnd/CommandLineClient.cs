using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Lamina.EndToEnd.Tests;

/// <summary>The AWS CLI: one process per call.</summary>
internal sealed partial class CommandLineClient(Uri endpoint, ClientCredentials credentials) : ILambdaClient
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lamina-cli-");

    public async Task<ClientAnswer> CallAsync(string operation, JsonObject parameters)
    {
        if (operation == "Invoke")
        {
            return await InvokeAsync(parameters);
        }

        string input = NewFile();
        await File.WriteAllTextAsync(input, parameters.ToJsonString());
        string service = operation.Split(':') is [var named, _] ? named : "lambda";
        return await RunAsync([service, KebabOf(operation[(operation.IndexOf(':', StringComparison.Ordinal) + 1)..]), "--cli-input-json", $"file://{input}"]);
    }

    public Task<ClientAnswer> WaitAsync(string waiter, JsonObject parameters) =>
        RunAsync(["lambda", "wait", KebabOf(waiter), .. parameters.SelectMany(static parameter => (string[])[$"--{KebabOf(parameter.Key)}", (string)parameter.Value!])]);

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Invoke alone wants its parameters one by one, because it also takes the name of a file for the answer.</summary>
    private async Task<ClientAnswer> InvokeAsync(JsonObject parameters)
    {
        string input = NewFile();
        string output = NewFile();
        await File.WriteAllBytesAsync(input, Convert.FromBase64String((string)parameters["Payload"]!));
        ClientAnswer answer = await RunAsync(
        [
            "lambda", "invoke", output, "--payload", $"fileb://{input}",
            "--function-name", (string)parameters["FunctionName"]!,
            "--invocation-type", (string)parameters["InvocationType"]!,
            "--log-type", (string)parameters["LogType"]!,
        ]);
        if (answer.Response is not null)
        {
            answer.Response["Payload"] = Convert.ToBase64String(await File.ReadAllBytesAsync(output));
        }

        return answer;
    }

    private string NewFile() => Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));

    private async Task<ClientAnswer> RunAsync(string[] arguments)
    {
        ProcessStartInfo start = new(ClientTools.CommandLine, [.. arguments, "--output", "json", "--cli-read-timeout", "120", "--endpoint-url", endpoint.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ClientTools.PointAt(start, endpoint, credentials);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("aws did not start.");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode == 0)
        {
            return new ClientAnswer(output.Length == 0 ? [] : JsonNode.Parse(output)!.AsObject(), null, null);
        }

        // An error occurred (ResourceConflictException) when calling the CreateFunction operation: Function already exist: fn
        string complaint = (await errors).Trim();
        Match match = ErrorLine().Match(complaint);
        return match.Success
            ? new ClientAnswer(null, match.Groups["code"].Value, match.Groups["text"].Value)
            : new ClientAnswer(null, "aws", complaint);
    }

    // FunctionActiveV2 → function-active-v2
    private static string KebabOf(string name) => Upper().Replace(name, static match => match.Index == 0 ? match.Value : "-" + match.Value).ToLowerInvariant();

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Upper();

    [GeneratedRegex(@"An error occurred \((?<code>\w+)\) when calling the \w+ operation(?: \([^)]*\))?: (?<text>.*)", RegexOptions.Singleline)]
    private static partial Regex ErrorLine();
}
