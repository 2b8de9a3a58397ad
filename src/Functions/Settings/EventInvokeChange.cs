using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Store;

namespace Lamina.Functions.Settings;

/// <summary>What a Put or Update of an event invoke config asks for, with AWS's rules and texts (recorded).</summary>
internal sealed record EventInvokeChange(int? MaximumRetryAttempts, int? MaximumEventAgeSeconds, DestinationConfig? Destinations)
{
    private string? OnSuccess => NullIfEmpty(Destinations?.OnSuccess?.Destination);

    private string? OnFailure => NullIfEmpty(Destinations?.OnFailure?.Destination);

    public void RequireSomething()
    {
        if (MaximumRetryAttempts is null && MaximumEventAgeSeconds is null && Destinations is null)
        {
            throw AwsError.InvalidParameterValue("You must specify at least one of error handling or destination setting.");
        }
    }

    public void CheckDestinations(CatalogSnapshot snapshot, FunctionArn function)
    {
        bool failureFits = OnFailure is not { } failure || IsTarget(snapshot, function, failure, orBucket: true);
        bool successFits = OnSuccess is not { } success || IsTarget(snapshot, function, success, orBucket: false);
        if (!failureFits || !successFits)
        {
            string onSuccess = OnSuccess is null ? "null" : $"OnSuccess(destination={OnSuccess})";
            string onFailure = OnFailure is null ? "null" : $"OnFailure(destination={OnFailure})";
            throw AwsError.InvalidParameterValue(
                $"The provided destination config DestinationConfig(onSuccess={onSuccess}, onFailure={onFailure}) is invalid.");
        }
    }

    public EventInvokeConfig ApplyTo(EventInvokeConfig? before, string functionArn, DateTimeOffset now) => new()
    {
        FunctionArn = functionArn,
        LastModified = now,
        MaximumRetryAttempts = MaximumRetryAttempts ?? before?.MaximumRetryAttempts,
        MaximumEventAgeSeconds = MaximumEventAgeSeconds ?? before?.MaximumEventAgeSeconds,
        OnSuccess = Destinations is null ? before?.OnSuccess : OnSuccess,
        OnFailure = Destinations is null ? before?.OnFailure : OnFailure,
    };

    /// <summary>Whether the ARN is of a service that takes outcomes; throws when the particular target cannot.</summary>
    private static bool IsTarget(CatalogSnapshot snapshot, FunctionArn function, string destination, bool orBucket)
    {
        switch (destination.Split(':'))
        {
            case [_, _, "lambda", var region, var account, "function", var name, ..] when AccountId.TryParse(account, out AccountId owner):
                CheckFunction(snapshot, function, new FunctionArn(region, owner, name), destination);
                return true;
            case [_, _, "sqs" or "sns" or "events", ..]:
                return true;
            case [_, _, "s3", ..]:
                return orBucket;
            default:
                return false;
        }
    }

    private static void CheckFunction(CatalogSnapshot snapshot, FunctionArn function, FunctionArn target, string destination)
    {
        if (target == function)
        {
            throw AwsError.InvalidParameterValue("You can't specify the function as a destination for itself.");
        }

        if (FunctionDocuments.Find(snapshot, target) is null)
        {
            throw AwsError.InvalidParameterValue($"The destination ARN {destination} is invalid.");
        }
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
