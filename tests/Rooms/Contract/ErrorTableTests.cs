using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Rooms.Tests.Contracts;

public sealed class ErrorTableTests
{
    public static TheoryData<AwsError> Errors { get; } =
    [
        AwsError.InvalidParameterValue("m"),
        AwsError.ResourceNotFound("m"),
        AwsError.ResourceConflict("m"),
        AwsError.PreconditionFailed("m"),
        AwsError.RequestTooLarge("m"),
        AwsError.InvalidRequestContent("m"),
        AwsError.TooManyRequests("m", "r"),
        AwsError.Service("m"),
    ];

    [Theory]
    [MemberData(nameof(Errors), DisableDiscoveryEnumeration = true)]
    public void An_error_has_the_status_and_body_that_the_model_gives_it(AwsError error) =>
        Assert.Equal((error.Status, error.Body), LambdaErrors.Find(error.Code));
}
