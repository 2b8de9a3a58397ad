using System.Diagnostics;
using System.Globalization;
using System.Text;
using Lamina.Stacks.Sam;

namespace Lamina.Bench;

/// <summary>A template of 300 resources through the SAM transform, beside AWS's own translator where the machine has it.</summary>
internal sealed class SamTemplates(BenchOptions options, string scratch)
{
    private const string Group = "SAM transform";
    private const string Own = "300 resources";

    public async Task<IReadOnlyList<Row>> TransformAsync()
    {
        byte[] template = Encoding.UTF8.GetBytes(Template());
        SamOptions sam = new("us-east-1", TimeProvider.System);
        Row own = await Sample.RepeatAsync(Group, Own, null, options.Repeats, () => Sample.TimeAsync(() => Transform(template, sam)));
        string file = Path.Combine(scratch, "template.yaml");
        await File.WriteAllBytesAsync(file, template);
        return await TranslatorAsync(file) is { } translator ? [own, translator] : [own];
    }

    /// <summary>100 functions with two events and a table each, most of what templates have in them; 300 resources as written.</summary>
    private static string Template()
    {
        StringBuilder template = new("Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function: {Runtime: python3.12, Handler: app.handler, Timeout: 10}\nResources:\n");
        for (int i = 0; i < 100; i++)
        {
            template.Append(CultureInfo.InvariantCulture, $$"""
                  Function{{i}}:
                    Type: AWS::Serverless::Function
                    Properties:
                      CodeUri: s3://bucket/function{{i}}.zip
                      Environment: { Variables: { TABLE: !Ref Table{{i}} } }
                      Policies:
                        - DynamoDBCrudPolicy: { TableName: !Ref Table{{i}} }
                      Events:
                        Read: {Type: Api, Properties: {Path: /items{{i}}, Method: get } }
                        Queue: {Type: SQS, Properties: {Queue: !GetAtt Queue{{i}}.Arn, BatchSize: 10 } }
                  Table{{i}}:
                    Type: AWS::Serverless::SimpleTable
                  Queue{{i}}:
                    Type: AWS::SQS::Queue

                """);
        }

        return template.ToString();
    }

    private static Task Transform(byte[] template, SamOptions sam) => SamTemplate.Transform(template, sam).ErrorMessage is { } fault
        ? throw new InvalidOperationException(fault)
        : Task.CompletedTask;

    /// <summary>Null without the Python package aws-sam-translator.</summary>
    private async Task<Row?> TranslatorAsync(string file)
    {
        int count = Math.Max(3, options.Repeats / 10);
        string script = Path.Combine(AppContext.BaseDirectory, "workloads", "transform.py");
        string[] arguments = [script, file, count.ToString(CultureInfo.InvariantCulture)];
        using Process process = Process.Start(new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode == 3)
        {
            return null;
        }

        double[] times = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => double.Parse(line, CultureInfo.InvariantCulture))];
        return process.ExitCode == 0
            ? Sample.ToRow(Group, "aws-sam-translator in a warm Python", Own, times, perSecond: null)
            : throw new InvalidOperationException($"python3 transform.py ended with {process.ExitCode}");
    }
}
