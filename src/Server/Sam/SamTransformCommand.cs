using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lamina.Server.Verbs;
using Lamina.Stacks.Sam;

namespace Lamina.Server.Sam;

/// <summary>`lamina sam transform`: prints the CloudFormation template that AWS's transform makes of a template.</summary>
internal static class SamTransformCommand
{
    private const int Rejected = 1;

    public static Verb Create()
    {
        SamInput input = new();
        Verb verb = input.AddTo(new Verb(
            "transform",
            "Print the CloudFormation template that AWS's transform makes of a SAM template. A template that is rejected prints "
            + "{\"errorMessage\": …} and ends with 1",
            "lamina sam transform template.yaml",
            "lamina sam transform template.yaml --region eu-central-1 --parameter Stage=prod"));
        verb.SetAction((parsed, cancellationToken) => RunAsync(input, parsed, cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(SamInput input, ParseResult parsed, CancellationToken cancellationToken)
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

        await using (Stream output = Console.OpenStandardOutput())
        {
            await using Utf8JsonWriter writer = new(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            outcome.Write(writer);
            await writer.FlushAsync(cancellationToken);
            output.WriteByte((byte)'\n');
        }

        return outcome.ErrorMessage is null ? 0 : Rejected;
    }
}
