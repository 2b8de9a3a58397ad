using System.Net;
using Lamina.Access.Sessions;
using Lamina.Contract;
using Lamina.Execution.Environments;
using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Rooms.Tests.Execution;

public sealed class EnvironmentVariablesTests
{
    private static readonly FunctionVersion Function = ExecutionHouse.Function(new StoredArchive
    {
        Digest = Sha256.Of([1]),
        SizeBytes = 1,
        UnzippedBytes = 1,
        Tree = Sha256.Of([2]),
    });

    [Fact]
    public void Python_sees_what_aws_sets()
    {
        Dictionary<string, string> variables = Of(Function with { Runtime = "python3.12" });

        Assert.Equal(
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["AWS_ACCESS_KEY_ID"] = "ASIAEXAMPLE",
                ["AWS_DEFAULT_REGION"] = "us-east-1",
                ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:4566",
                ["AWS_EXECUTION_ENV"] = "AWS_Lambda_python3.12",
                ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = "512",
                ["AWS_LAMBDA_FUNCTION_NAME"] = "f",
                ["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST",
                ["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand",
                ["AWS_LAMBDA_LOG_GROUP_NAME"] = "/aws/lambda/f",
                ["AWS_LAMBDA_LOG_STREAM_NAME"] = "stream",
                ["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:9001",
                ["AWS_REGION"] = "us-east-1",
                ["AWS_SECRET_ACCESS_KEY"] = "secret",
                ["AWS_SESSION_TOKEN"] = "token",
                ["AWS_XRAY_CONTEXT_MISSING"] = "LOG_ERROR",
                ["AWS_XRAY_DAEMON_ADDRESS"] = "127.0.0.1:2000",
                ["LAMBDA_RUNTIME_DIR"] = "/var/runtime",
                ["LAMBDA_TASK_ROOT"] = "/var/task",
                ["LANG"] = "en_US.UTF-8",
                ["LC_CTYPE"] = "C.UTF-8",
                ["LD_LIBRARY_PATH"] = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
                ["PATH"] = "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
                ["PWD"] = "/var/task",
                ["PYTHONPATH"] = "/var/runtime",
                ["SHLVL"] = "0",
                ["TZ"] = ":UTC",
                ["_AWS_XRAY_DAEMON_ADDRESS"] = "127.0.0.1",
                ["_AWS_XRAY_DAEMON_PORT"] = "2000",
                ["_HANDLER"] = "index.handler",
            },
            new SortedDictionary<string, string>(variables, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("python3.11", "LC_CTYPE", null)]
    [InlineData("python3.14", "LC_CTYPE", "C.UTF-8")]
    [InlineData("nodejs20.x", "NODE_PATH", "/opt/nodejs/node20/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task")]
    [InlineData("nodejs20.x", "PYTHONPATH", null)]
    [InlineData("nodejs20.x", "AWS_EXECUTION_ENV", "AWS_Lambda_nodejs20.x")]
    [InlineData("ruby3.3", "GEM_HOME", "/var/runtime")]
    [InlineData("ruby3.3", "GEM_PATH", "/var/task/vendor/bundle/ruby/3.3.0:/opt/ruby/gems/3.3.0:/var/runtime:/var/runtime/ruby/3.3.0")]
    [InlineData("ruby3.3", "RUBYLIB", "/var/task:/var/runtime/lib:/opt/ruby/lib")]
    [InlineData("ruby3.3", "PATH", "/var/lang/bin:/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin")]
    [InlineData("java21", "PWD", null)]
    [InlineData("java21", "SHLVL", null)]
    [InlineData("java21", "AWS_ACCESS_KEY", null)]
    [InlineData("java11", "AWS_ACCESS_KEY", "ASIAEXAMPLE")]
    [InlineData("java8.al2", "AWS_SECRET_KEY", "secret")]
    [InlineData("dotnet10", "DOTNET_ROOT", "/var/lang/bin")]
    [InlineData("dotnet10", "LAMBDA_RUNTIME_NAME", "dotnet10")]
    [InlineData("dotnet10", "SSL_CERT_FILE", null)]
    [InlineData("dotnet8", "SSL_CERT_FILE", "/var/runtime/empty-certificates.crt")]
    [InlineData("provided.al2023", "AWS_EXECUTION_ENV", null)]
    [InlineData("provided.al2023", "PATH", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin")]
    [InlineData("provided.al2", "PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin")]
    [InlineData("provided.al2", "LD_LIBRARY_PATH", "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib")]
    public void What_differs_between_runtimes(string runtime, string name, string? expected) =>
        Assert.Equal(expected, Of(Function with { Runtime = runtime }).GetValueOrDefault(name));

    [Fact]
    public void A_function_that_logs_JSON_is_told_so()
    {
        FunctionVersion function = Function with { Settings = Function.Settings with { LogFormat = "JSON", ApplicationLogLevel = "DEBUG" } };

        Assert.Equal("JSON", Of(function)["AWS_LAMBDA_LOG_FORMAT"]);
        Assert.Equal("DEBUG", Of(function)["AWS_LAMBDA_LOG_LEVEL"]);
    }

    [Theory]
    [InlineData("PATH", "/mine", "/mine")]
    [InlineData("LANG", "de_DE.UTF-8", "de_DE.UTF-8")]
    [InlineData("AWS_ENDPOINT_URL", "http://other", "http://other")]
    [InlineData("MY_VARIABLE", "a=b", "a=b")]
    [InlineData("AWS_REGION", "mine", "us-east-1")]
    [InlineData("_HANDLER", "mine", "index.handler")]
    [InlineData("AWS_EXECUTION_ENV", "mine", null)]
    public void The_functions_own_variables_win_unless_the_name_is_reserved(string name, string value, string? expected)
    {
        FunctionVersion function = Function with { Environment = new Dictionary<string, string> { [name] = value } };

        Assert.Equal(expected, Of(function).GetValueOrDefault(name));
    }

    private static Dictionary<string, string> Of(FunctionVersion function) => EnvironmentVariables
        .For(
            function,
            new EnvironmentIdentity("id", "stream", "on-demand", IPAddress.Loopback, new SessionCredentials("ASIAEXAMPLE", "secret", "token", null)),
            new EnvironmentAddresses("127.0.0.1:9001", "http://127.0.0.1:4566", "127.0.0.1"))
        .Select(variable => variable.Split('=', 2))
        .ToDictionary(parts => parts[0], parts => parts[1]);
}
