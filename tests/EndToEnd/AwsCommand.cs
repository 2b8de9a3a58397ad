using System.Diagnostics;

namespace Lamina.EndToEnd.Tests;

/// <summary>Runs the AWS CLI as a person does, against a server whose root user it is.</summary>
internal static class AwsCommand
{
    /// <summary>What it prints; the test fails where the command does.</summary>
    public static async Task<string> RunAsync(KeyedServer server, params string[] arguments)
    {
        (int exitCode, string output) = await TryAsync(server, arguments);
        Assert.True(exitCode == 0, $"aws {string.Join(' ', arguments)}: {output}");
        return output;
    }

    public static async Task<(int ExitCode, string Output)> TryAsync(KeyedServer server, params string[] arguments)
    {
        ClientTools.RequireCommandLine();
        ProcessStartInfo start = new(ClientTools.CommandLine, [.. arguments, "--endpoint-url", server.Endpoint.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ClientTools.PointAt(start, server.Endpoint, KeyedServer.Root);
        start.Environment["AWS_DATA_PATH"] = WriteModels(server.Endpoint);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    /// <summary>
    /// Says where S3 is. `cloudformation package` takes no endpoint for it, and before version 2.13 the CLI knows no AWS_ENDPOINT_URL: then
    /// only the rules by which botocore finds an endpoint can be others (its data path).
    /// </summary>
    private static string WriteModels(Uri endpoint)
    {
        const string Scheme = """{"authSchemes":[{"name":"sigv4","signingName":"s3","signingRegion":"us-east-1","disableDoubleEncoding":true}]}""";
        string url = endpoint.ToString().TrimEnd('/');
        string folder = Path.Combine(RepositoryFolders.Tools, "aws-models", $"{endpoint.Port}");
        string file = Path.Combine(folder, "s3", "2006-03-01", "endpoint-rule-set-1.json");
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, $$$"""
                {"version":"1.0","parameters":{
                  "Bucket":{"required":false,"documentation":"","type":"String"},
                  "Region":{"builtIn":"AWS::Region","required":false,"documentation":"","type":"String"}},
                "rules":[
                  {"type":"endpoint","conditions":[{"fn":"isSet","argv":[{"ref":"Bucket"}]}],
                    "endpoint":{"url":"{{{url}}}/{Bucket}","properties":{{{Scheme}}},"headers":{} } },
                  {"type":"endpoint","conditions":[],"endpoint":{"url":"{{{url}}}","properties":{{{Scheme}}},"headers":{} } }]}
                """);
        }

        return folder;
    }
}
