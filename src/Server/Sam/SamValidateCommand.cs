using System.CommandLine;
using System.Text.Json;
using Lamina.Server.Verbs;
using Lamina.Stacks.Sam;

namespace Lamina.Server.Sam;

/// <summary>`lamina sam validate`: lists all that AWS's transform would refuse, each with its place in the file.</summary>
internal static class SamValidateCommand
{
    private const int Rejected = 1;

    public static Verb Create()
    {
        SamInput input = new();
        Option<bool> json = new("--json") { Description = "Print JSON for programs instead of lines for people" };
        Verb verb = input.AddTo(new Verb(
            "validate",
            "List everything that is wrong with a SAM template, as FILE:LINE:COLUMN: what. Ends with 1 where anything is",
            "lamina sam validate template.yaml",
            "lamina sam validate template.yaml --json"));
        verb.Options.Add(json);
        verb.SetAction((parsed, cancellationToken) => RunAsync(input, parsed, parsed.GetValue(json), cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(SamInput input, ParseResult parsed, bool asJson, CancellationToken cancellationToken)
    {
        SamOutcome outcome;
        try
        {
            outcome = await input.TransformAsync(parsed, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"lamina: {error.Message}");
            return Rejected;
        }

        string file = input.NameOf(parsed);
        if (asJson)
        {
            await WriteJsonAsync(file, outcome, cancellationToken);
        }
        else
        {
            WriteLines(file, outcome, parsed.InvocationConfiguration.Output);
        }

        return outcome.Faults.Count == 0 ? 0 : Rejected;
    }

    private static void WriteLines(string file, SamOutcome outcome, TextWriter output)
    {
        foreach (TemplateFault fault in outcome.Faults)
        {
            output.WriteLine($"{file}:{fault.Line}:{fault.Column}: {fault.Message}");
        }

        if (outcome.Faults.Count == 0)
        {
            output.WriteLine($"{file} is a valid SAM template.");
        }
    }

    private static async Task WriteJsonAsync(string file, SamOutcome outcome, CancellationToken cancellationToken)
    {
        await using Stream output = Console.OpenStandardOutput();
        await using Utf8JsonWriter writer = new(output, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("file", file);
        writer.WriteBoolean("valid", outcome.Faults.Count == 0);
        writer.WriteStartArray("faults");
        foreach (TemplateFault fault in outcome.Faults)
        {
            writer.WriteStartObject();
            writer.WriteNumber("line", fault.Line);
            writer.WriteNumber("column", fault.Column);
            writer.WriteString("id", fault.Id);
            writer.WriteString("message", fault.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        await writer.FlushAsync(cancellationToken);
        output.WriteByte((byte)'\n');
    }
}
