using System.CommandLine;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina image delete</c></summary>
internal static class DeleteImage
{
    public static Verb Create(CliContext context)
    {
        var name = new Argument<string>("NAME[:TAG]") { Description = "The image's name" };
        var verb = new Verb("delete", "Take an image's name away; functions that were made of it keep it", "lamina image delete orders:1") { name };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            await context.Client(parsed).Images.DeleteAsync(parsed.GetRequiredValue(name), cancellationToken);
            return 0;
        });
        return verb;
    }
}
