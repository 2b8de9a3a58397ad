using System.Diagnostics;
using System.IO.Compression;
using System.Text;

namespace Lamina.Bench;

/// <summary>
/// From a file's change in a layer's folder to an invocation that sees it, with `lamina deploy --watch`; beside that what the bare API takes, as
/// fast as it can be asked: publish the layer, give it to the function, invoke.
/// </summary>
internal sealed class WatchedStack(LambdaApi api, BenchOptions options, string repository, string folder, Uri server)
{
    private const string Group = "watch";
    private const string Function = "watched";
    private const string Template = """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Function:
            Type: AWS::Serverless::Function
            Properties: {FunctionName: watched, CodeUri: function, Runtime: python3.11, Handler: app.handler, MemorySize: 1769, Layers: [!Ref Layer]}
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {LayerName: watched, ContentUri: layer}
        """;

    private int _number;

    public async Task<IReadOnlyList<Row>> ChangeAsync()
    {
        Write("function/app.py", "import value\ndef handler(event, context):\n    return value.VALUE\n");
        Write("layer/python/value.py", "VALUE = 'value-0'\n");
        Write("template.yaml", Template);
        string plain = await PublishedFunctionAsync();
        using Process watch = Start();
        try
        {
            await WaitForAsync(watch, "watching");
            IReadOnlyList<Row> rows = await Sample.InterleaveAsync(Group, options.Repeats,
            [
                ("a change in a layer's folder, until the function sees it", () => Sample.TimeAsync(ChangeFileAsync)),
                ("the same by the API: publish, update, invoke", () => Sample.TimeAsync(() => PublishAsync(plain))),
            ]);
            return [rows[0], rows[1] with { BaselineOf = rows[0].Name }];
        }
        finally
        {
            watch.Kill(entireProcessTree: true);
        }
    }

    private async Task ChangeFileAsync()
    {
        string value = $"value-{++_number}";
        Write("layer/python/value.py", $"VALUE = '{value}'\n");
        while (!(await api.InvokeForAnswerAsync(Function)).Contains($"\"{value}\"", StringComparison.Ordinal))
        {
            // Asked again until it is there: whoever edits a file does the same.
        }
    }

    private async Task<string> PublishedFunctionAsync()
    {
        string arn = await api.PublishLayerAsync("published-by-api", Zip("python/value.py", "VALUE = 'first'\n"));
        await api.CreateFunctionAsync("published-by-api", Zip("app.py", await File.ReadAllTextAsync(Path.Combine(folder, "function", "app.py"))), "python3.11", "app.handler", [arn]);
        return "published-by-api";
    }

    private async Task PublishAsync(string function)
    {
        string value = $"value-{++_number}";
        string arn = await api.PublishLayerAsync("published-by-api", Zip("python/value.py", $"VALUE = '{value}'\n"));
        await api.UseLayersAsync(function, [arn]);
        if (!(await api.InvokeForAnswerAsync(function)).Contains($"\"{value}\"", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The function does not see the layer that it was given.");
        }
    }

    private Process Start()
    {
        ProcessStartInfo start = new(
            Path.Combine(repository, "lamina"), ["deploy", Path.Combine(folder, "template.yaml"), "--stack", Function, "--watch", "--endpoint", server.ToString()])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        Process process = Process.Start(start) ?? throw new UnreachableException("A new process is always started.");
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private static async Task WaitForAsync(Process process, string word)
    {
        StringBuilder said = new();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            said.AppendLine(line);
            if (line.StartsWith(word, StringComparison.Ordinal))
            {
                _ = process.StandardError.ReadToEndAsync();
                return;
            }
        }

        throw new InvalidOperationException($"`lamina deploy --watch` ended: {said}");
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static byte[] Zip(string name, string text)
    {
        using MemoryStream bytes = new();
        using (ZipArchive zip = new(bytes, ZipArchiveMode.Create))
        {
            ZipArchiveEntry entry = zip.CreateEntry(name);
            entry.ExternalAttributes = 0x81A4 << 16;
            using Stream content = entry.Open();
            content.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }
}
