using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Roles;

/// <summary>The policies that SAM writes into roles and queues.</summary>
internal static class IamPolicies
{
    private const string Version = "2012-10-17";

    public static TemplateMap AssumeRole(string service) => new()
    {
        ["Version"] = Version,
        ["Statement"] = new TemplateList(
        [
            new TemplateMap
            {
                ["Action"] = new TemplateList(["sts:AssumeRole"]),
                ["Effect"] = "Allow",
                ["Principal"] = new TemplateMap { ["Service"] = new TemplateList([service]) },
            },
        ]),
    };

    public static TemplateMap DeadLetterQueue(string action, TemplateNode target) => new()
    {
        ["PolicyName"] = "DeadLetterQueuePolicy",
        ["PolicyDocument"] = new TemplateMap
        {
            ["Version"] = Version,
            ["Statement"] = new TemplateList([Allow(action, target)]),
        },
    };

    public static TemplateMap StartExecution(TemplateNode arn, string id) => Named($"{id}StartExecutionPolicy", Allow("states:StartExecution", arn));

    public static TemplateMap SendMessage(TemplateNode? arn, string id) => Named($"{id}SQSPolicy", Allow("sqs:SendMessage", arn));

    public static TemplateMap PublishToTopic(TemplateNode? arn, string id) => Named($"{id}SNSPolicy", Allow("sns:publish", arn));

    public static TemplateMap PutEvents(TemplateNode? arn, string id) => Named($"{id}EventBridgePolicy", Allow("events:PutEvents", arn));

    public static TemplateMap InvokeFunction(TemplateNode? arn, string id) => Named($"{id}LambdaPolicy", Allow("lambda:InvokeFunction", arn));

    public static TemplateMap PutObjects(TemplateNode? bucketArn, string id) => Named(
        $"{id}S3Policy",
        Allow("s3:PutObject", Intrinsic.Join("/", new TemplateList([bucketArn ?? TemplateNull.Instance, "*"]))),
        Allow("s3:ListBucket", bucketArn));

    /// <summary>Lets a topic send to a queue.</summary>
    public static TemplateMap QueueTakesTopic(TemplateNode topicArn, TemplateNode queueArn) => QueueTakes("*", topicArn, queueArn);

    /// <summary>Lets a rule send to a queue.</summary>
    public static TemplateMap QueueTakesRule(TemplateNode ruleArn, TemplateNode queueArn) =>
        QueueTakes(new TemplateMap { ["Service"] = "events.amazonaws.com" }, ruleArn, queueArn);

    public static TemplateMap Allow(TemplateNode action, TemplateNode? resource) => new()
    {
        { "Action", action }, { "Effect", "Allow" }, { "Resource", resource },
    };

    public static TemplateMap Named(string name, params IEnumerable<TemplateNode> statements) => new()
    {
        ["PolicyName"] = name,
        ["PolicyDocument"] = new TemplateMap { ["Statement"] = new TemplateList(statements) },
    };

    private static TemplateMap QueueTakes(TemplateNode principal, TemplateNode sourceArn, TemplateNode queueArn) => new()
    {
        ["Version"] = Version,
        ["Statement"] = new TemplateList(
        [
            new TemplateMap
            {
                ["Action"] = "sqs:SendMessage",
                ["Effect"] = "Allow",
                ["Principal"] = principal,
                ["Resource"] = queueArn,
                ["Condition"] = new TemplateMap { ["ArnEquals"] = new TemplateMap { ["aws:SourceArn"] = sourceArn } },
            },
        ]),
    };
}
