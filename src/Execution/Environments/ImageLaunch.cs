using System.Collections.Immutable;
using Lamina.Functions;
using Lamina.Images;

namespace Lamina.Execution.Environments;

/// <summary>What is started in an image, and where: as the image says, unless the function says otherwise.</summary>
internal sealed record ImageLaunch(ImmutableArray<string> EntryPoint, ImmutableArray<string> Command, string WorkingDirectory)
{
    public ImmutableArray<string> Arguments => [.. EntryPoint, .. Command];

    public static ImageLaunch Of(ImageProcess image, ImageOverrides? overrides) => new(
        [.. overrides?.EntryPoint ?? image.EntryPoint],
        [.. overrides?.Command ?? image.Command],
        overrides?.WorkingDirectory ?? (image.WorkingDirectory.Length == 0 ? "/" : image.WorkingDirectory));

    /// <summary>Why it cannot even be tried, as Lambda words it (public reports); null when it can.</summary>
    public EnvironmentEnd? Fault() =>
        Arguments.IsEmpty || Arguments[0].Length == 0
            ? new EnvironmentEnd(EndReason.InvalidEntrypoint, ErrorPayloads.InvalidEntrypoint, $"Couldn't find valid bootstrap(s): [{string.Join(' ', Arguments)}]")
        : !WorkingDirectory.StartsWith('/')
            ? new EnvironmentEnd(
                EndReason.InvalidEntrypoint, ErrorPayloads.InvalidWorkingDirectory,
                $"the working directory '{WorkingDirectory}' is invalid, it needs to be an absolute path")
        : null;
}
