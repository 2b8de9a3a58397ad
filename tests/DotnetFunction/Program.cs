using System.Text;
using DotnetFunction;

// The same assembly as a program that speaks the Runtime API itself: what a handler without a colon names.
Uri api = new($"http://{Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API")}/2018-06-01/runtime/invocation/");
using HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };
while (true)
{
    using HttpResponseMessage next = await http.GetAsync(new Uri(api, "next"));
    string id = next.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").Single();
    using StringContent answer = new($"{{\"program\":\"{typeof(Function).Assembly.GetName().Name}\"}}", Encoding.UTF8, "application/json");
    using HttpResponseMessage taken = await http.PostAsync(new Uri(api, $"{id}/response"), answer);
}
