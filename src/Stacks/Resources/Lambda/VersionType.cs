using System.Globalization;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Lambda;

/// <summary>AWS::Lambda::Version. Its mark is the highest number that was there before.</summary>
internal sealed class VersionType(StackRoomParts rooms) : IResourceType
{
    public string Name => "AWS::Lambda::Version";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set("FunctionName", "CodeSha256", "Description", "ProvisionedConcurrencyConfig", "RuntimePolicy"),
        Required = ["FunctionName"],
        Replacing = ResourceShape.Set("FunctionName", "CodeSha256", "Description", "RuntimePolicy"),
        Attributes = ResourceShape.Set("FunctionArn", "Version"),
    };

    public string? MarkBefore(ResourceCall call) =>
        Faults.FindOrNull(() => rooms.FunctionDirectory.ListVersions(call.Caller, FunctionOf(call), null).ToList())?
            .Select(static version => NumberOf(version.Version)).DefaultIfEmpty(0).Max().ToString(CultureInfo.InvariantCulture);

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        await ReadyFunction.WaitAsync(rooms, call.Caller, FunctionOf(call), cancellationToken);
        TemplateMap body = RequestBodies.Pick(call.Properties, "CodeSha256", "Description");
        PublishVersionRequest request = LambdaRequests.PublishVersion(RequestBodies.Of(body).Span, new RequestNames(("FunctionName", FunctionOf(call))));
        FunctionVersion version = await rooms.Versions.PublishAsync(call.Caller, request, cancellationToken);
        if (call.Mark is { } mark && NumberOf(version.Version) <= int.Parse(mark, CultureInfo.InvariantCulture))
        {
            throw new AwsError(
                "AlreadyExistsException",
                409,
                $"A version for this Lambda function exists ( {version.Version} ). Modify the function to create a new version.",
                AwsErrorBody.LowerMessageOnly);
        }

        string id = version.Arn.Qualified(version.Version);
        await call.InitiatedAsync(id);
        await Provisioning.ApplyAsync(rooms, call, FunctionOf(call), version.Version, [], cancellationToken);
        return Result(version);
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        string number = call.PhysicalId![(call.PhysicalId!.LastIndexOf(':') + 1)..];
        await Provisioning.ApplyAsync(rooms, call, FunctionOf(call), number, before, cancellationToken);
        return Result(rooms.FunctionDirectory.Resolve(call.Caller, FunctionOf(call), number));
    }

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        string id = call.PhysicalId!;
        int colon = id.LastIndexOf(':');
        return Faults.DeleteAsync(() => rooms.Functions.DeleteAsync(call.Caller, id[..colon], id[(colon + 1)..], cancellationToken));
    }

    private static string FunctionOf(ResourceCall call) => call.RequiredText("FunctionName");

    private static int NumberOf(string version) => int.TryParse(version, CultureInfo.InvariantCulture, out int number) ? number : 0;

    private static ResourceResult Result(FunctionVersion version)
    {
        string arn = version.Arn.Qualified(version.Version);
        return new ResourceResult(arn, new TemplateMap { ["Version"] = version.Version, ["FunctionArn"] = arn });
    }
}

/// <summary>The property ProvisionedConcurrencyConfig of versions and aliases.</summary>
internal static class Provisioning
{
    private const string Property = "ProvisionedConcurrencyConfig";

    public static async Task ApplyAsync(
        StackRoomParts rooms, ResourceCall call, string function, string qualifier, TemplateMap before, CancellationToken cancellationToken)
    {
        if (call.Map(Property) is { } config)
        {
            PutProvisionedConcurrencyConfigRequest request = LambdaRequests.PutProvisionedConcurrencyConfig(
                RequestBodies.Of(RequestBodies.Pick(config, "ProvisionedConcurrentExecutions")).Span,
                new RequestNames(("FunctionName", function), ("Qualifier", qualifier)));
            await rooms.Concurrency.PutProvisionedAsync(call.Caller, request, cancellationToken);
        }
        else if (before[Property] is not null)
        {
            await Faults.DeleteAsync(() => rooms.Concurrency.DeleteProvisionedAsync(call.Caller, function, qualifier, cancellationToken));
        }
    }
}
