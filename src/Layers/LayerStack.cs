using System.Collections.Immutable;
using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>What holds for a function's code and its layers together.</summary>
public static class LayerStack
{
    /// <summary>Throws with AWS's text when code and layers are larger unzipped than one function may be.</summary>
    public static void RequireSize(StoredArchive code, ImmutableArray<LayerReference> layers)
    {
        long bytes = code.UnzippedBytes + layers.Sum(static layer => layer.Content.UnzippedBytes);
        if (bytes > Limits.UnzippedBytes)
        {
            throw AwsError.InvalidParameterValue(
                $"Function code combined with layers exceeds the maximum allowed size of {Limits.UnzippedBytes} bytes. "
                + $"The actual size is {bytes} bytes.");
        }
    }
}
