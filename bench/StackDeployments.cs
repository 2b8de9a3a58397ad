using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace Lamina.Bench;

/// <summary>A stack of 300 resources that are kept and not run, from CreateStack until it is complete; beside that a single one.</summary>
internal sealed partial class StackDeployments(HttpClient http, BenchOptions options)
{
    private const string Group = "stack, until it is complete";
    private const int Many = 300;

    private static readonly string[] Types = ["AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Events::EventBus", "AWS::Logs::LogGroup", "AWS::S3::Bucket"];

    private int _number;

    public async Task<IReadOnlyList<Row>> CreateAsync()
    {
        IReadOnlyList<Row> rows = await Sample.InterleaveAsync(Group, Math.Max(3, options.Repeats / 10),
        [
            ($"{Many} stored resources", () => CreateAsync(Many)),
            ("one of them", () => CreateAsync(1)),
        ]);
        return [rows[0], rows[1] with { BaselineOf = rows[0].Name }];
    }

    private async Task<TimeSpan> CreateAsync(int resources)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"bench-{++_number}");
        string template = Template(resources, name);
        TimeSpan taken = await Sample.TimeAsync(async () =>
        {
            await CallAsync("CreateStack", ("StackName", name), ("TemplateBody", template));
            await WaitAsync(name);
        });
        await CallAsync("DeleteStack", ("StackName", name));
        return taken;
    }

    private static string Template(int resources, string name)
    {
        StringBuilder template = new("{\"Resources\":{");
        for (int i = 0; i < resources; i++)
        {
            string type = Types[i % Types.Length];
            string properties = type == "AWS::Events::EventBus" ? $",\"Properties\":{{\"Name\":\"{name}-{i}\"}}" : "";
            template.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? "," : "")}\"R{i}\":{{\"Type\":\"{type}\"{properties}}}");
        }

        return template.Append("}}").ToString();
    }

    private async Task WaitAsync(string name)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (await pause.WaitForNextTickAsync())
        {
            string status = Status().Match(await CallAsync("DescribeStacks", ("StackName", name))).Groups[1].Value;
            if (status == "CREATE_COMPLETE")
            {
                return;
            }

            if (status != "CREATE_IN_PROGRESS")
            {
                throw new InvalidOperationException($"the stack {name} became {status}");
            }
        }
    }

    private async Task<string> CallAsync(string action, params (string Name, string Value)[] parameters)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/")
        {
            Content = new FormUrlEncodedContent(
            [
                new("Action", action), new("Version", "2010-05-15"), .. parameters.Select(static one => new KeyValuePair<string, string>(one.Name, one.Value)),
            ]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "AWS4-HMAC-SHA256",
            $"Credential=000000000000/20260101/us-east-1/cloudformation/aws4_request, SignedHeaders=host;x-amz-date, Signature={new string('0', 64)}");
        using HttpResponseMessage response = await http.SendAsync(request);
        string answer = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? answer : throw new InvalidOperationException($"{action} was answered with {(int)response.StatusCode}: {answer}");
    }

    [GeneratedRegex("<StackStatus>([A-Z_]+)</StackStatus>")]
    private static partial Regex Status();
}
