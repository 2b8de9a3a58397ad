using Lamina.Contract;

namespace Lamina.Images;

/// <summary>What is wrong with an image that was sent, as an error for whoever sent it.</summary>
internal static class ImageFault
{
    public static AwsError Of(string message) => AwsError.InvalidParameterValue(message);

    public static AwsError Layer(string message) => Of($"The layer cannot be used: {message}");
}
