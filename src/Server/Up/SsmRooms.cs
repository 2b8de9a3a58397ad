using Lamina.Access.Policies;
using Lamina.Companions.Ssm;
using Lamina.Contract.Models;
using Lamina.Server.Operations.Ssm;
using Lamina.Server.Wire.Json;
using Lamina.Store;

namespace Lamina.Server.Up;

/// <summary>Systems Manager's Parameter Store.</summary>
internal sealed record SsmRooms(Parameters Parameters, ParameterTags Tags, JsonService Service)
{
    /// <param name="authorizer">Null where policies are not enforced.</param>
    public static SsmRooms Open(string dataDirectory, ICatalog catalog, IdentityAuthorizer? authorizer, TimeProvider time)
    {
        Parameters parameters = new(catalog, ParameterVault.Open(dataDirectory), time);
        ParameterLabels labels = new(catalog);
        ParameterTags tags = new(catalog);
        JsonService service = new(
            "ssm",
            "AmazonSSM",
            SsmOperations.All,
            [
                new AddTagsToResource(tags),
                new DeleteParameter(parameters),
                new DeleteParameters(parameters),
                new DescribeParameters(parameters),
                new GetParameter(parameters),
                new GetParameterHistory(parameters),
                new GetParameters(parameters),
                new GetParametersByPath(parameters),
                new LabelParameterVersion(labels),
                new ListTagsForResource(tags),
                new PutParameter(parameters),
                new RemoveTagsFromResource(tags),
                new UnlabelParameterVersion(labels),
            ],
            SsmErrors.Validation,
            authorizer is null ? null : SsmResources.Authorization(authorizer, time));
        return new SsmRooms(parameters, tags, service);
    }
}
