using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>A server that is killed while it deploys: the next one brings the stack to its end, and nothing is left that no stack knows of.</summary>
public sealed class StackKillTests : IDisposable
{
    private const int LongestDeploymentMs = 900;
    private const int Chains = 5;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lamina-kill-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_deployment_of_thirty_resources_survives_kills_at_any_time()
    {
        int rounds = Soak.Number("LAMINA_KILL_ROUNDS", 4);
        Random random = new(Soak.Number("LAMINA_STORM_SEED", 30));
        JsonObject request = new()
        {
            ["StackName"] = "shop",
            ["TemplateBody"] = Template(),
            ["Capabilities"] = new JsonArray("CAPABILITY_IAM"),
        };
        for (int round = 0; round < rounds; round++)
        {
            int delay = random.Next(LongestDeploymentMs);
            await using (LaminaServer server = await LaminaServer.StartAsync(_folder.FullName))
            {
                await using ILambdaClient client = ClientTools.ConnectAny(server.Endpoint);
                _ = await client.CallAsync("cloudformation:ListStacks", []);
                Task<ClientAnswer> asked = client.CallAsync("cloudformation:CreateStack", request.DeepClone().AsObject());
                await Task.WhenAny(asked, Task.Delay(TimeSpan.FromMilliseconds(delay), TimeProvider.System, TestContext.Current.CancellationToken));
                await server.KillAsync();
                await EndAsync(asked);
            }

            await using LaminaServer next = await LaminaServer.StartAsync(_folder.FullName);
            await using ILambdaClient other = ClientTools.ConnectAny(next.Endpoint);
            bool known = (await other.CallAsync("cloudformation:DescribeStacks", new JsonObject { ["StackName"] = "shop" })).Response is not null;
            if (known)
            {
                _ = (await other.WaitAsync("cloudformation:StackCreateComplete", new JsonObject { ["StackName"] = "shop" })).Success;
            }

            Assert.Equal(known ? (Chains, Chains, Chains) : (0, 0, 0), await CountAsync(other));
            _ = (await other.CallAsync("cloudformation:DeleteStack", new JsonObject { ["StackName"] = "shop" })).Success;
            if (known)
            {
                _ = (await other.WaitAsync("cloudformation:StackDeleteComplete", new JsonObject { ["StackName"] = "shop" })).Success;
            }

            Assert.Equal((0, 0, 0), await CountAsync(other));
        }
    }

    /// <summary>Answered or not: the client ends with its connection.</summary>
    private static async Task EndAsync(Task<ClientAnswer> asked)
    {
        try
        {
            _ = await asked;
        }
        catch (InvalidOperationException)
        {
        }
    }

    private static async Task<(int Functions, int Roles, int Groups)> CountAsync(ILambdaClient client) => (
        (await client.CallAsync("ListFunctions", [])).Success["Functions"]!.AsArray().Count,
        (await client.CallAsync("iam:ListRoles", [])).Success["Roles"]!.AsArray().Count,
        (await client.CallAsync("logs:DescribeLogGroups", [])).Success["logGroups"]!.AsArray().Count);

    /// <summary>Chains of a role, a policy, a log group, a function, a version and an alias.</summary>
    private static string Template()
    {
        StringBuilder template = new("Resources:\n");
        for (int chain = 0; chain < Chains; chain++)
        {
            template.Append(CultureInfo.InvariantCulture, $$$"""
                  Role{{{chain}}}:
                    Type: AWS::IAM::Role
                    Properties:
                      AssumeRolePolicyDocument:
                        Version: '2012-10-17'
                        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
                  Policy{{{chain}}}:
                    Type: AWS::IAM::Policy
                    Properties:
                      PolicyName: write
                      Roles: [!Ref Role{{{chain}}}]
                      PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 'logs:*', Resource: '*'}]}
                  Group{{{chain}}}:
                    Type: AWS::Logs::LogGroup
                    Properties: {LogGroupName: !Sub '/aws/lambda/${Function{{{chain}}}}', RetentionInDays: 7}
                  Function{{{chain}}}:
                    Type: AWS::Lambda::Function
                    DependsOn: Policy{{{chain}}}
                    Properties:
                      Runtime: python3.11
                      Handler: index.handler
                      Role: !GetAtt Role{{{chain}}}.Arn
                      Code: {ZipFile: 'handler = lambda event, context: {{{chain}}}'}
                  Version{{{chain}}}: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Function{{{chain}}}}}
                  Alias{{{chain}}}:
                    Type: AWS::Lambda::Alias
                    Properties: {FunctionName: !Ref Function{{{chain}}}, FunctionVersion: !GetAtt Version{{{chain}}}.Version, Name: live}

                """);
        }

        return template.ToString();
    }
}
