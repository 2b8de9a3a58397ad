// What a function binds to by name. Written here for the tests; a real function brings the package Amazon.Lambda.Core.
namespace Amazon.Lambda.Core;

public interface ILambdaSerializer
{
    T Deserialize<T>(Stream requestStream);

    void Serialize<T>(T response, Stream responseStream);
}

[AttributeUsage(AttributeTargets.Method | AttributeTargets.Assembly)]
public sealed class LambdaSerializerAttribute(Type serializerType) : Attribute
{
    public Type SerializerType { get; } = serializerType;
}

public interface ILambdaLogger
{
    void LogLine(string message);

    void LogWarning(string message) => LogLine(message);
}

public interface IClientContext
{
    IDictionary<string, string> Custom { get; }
}

public interface ILambdaContext
{
    string AwsRequestId { get; }

    IClientContext? ClientContext { get; }

    string FunctionName { get; }

    string FunctionVersion { get; }

    string InvokedFunctionArn { get; }

    ILambdaLogger Logger { get; }

    string LogGroupName { get; }

    string LogStreamName { get; }

    int MemoryLimitInMB { get; }

    TimeSpan RemainingTime { get; }
}
