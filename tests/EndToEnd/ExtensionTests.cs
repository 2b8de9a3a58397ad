using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>
/// A real function with extensions of three kinds as layers: one in Python that watches by the Telemetry API, one in bash that only
/// registers, one in C. What the watcher was told of each end is compared with what is written here.
/// </summary>
public sealed class ExtensionTests(SharedServer shared) : SharedServerTests(shared)
{
    private const string Init = "initStart telemetrySubscription initRuntimeDone:success extension extension extension initReport:success ";

    /// <summary>Keeps what it is told, and prints it as one line when a report or the shutdown has come.</summary>
    private const string Watcher = """
        #!/usr/bin/python3
        import http.client, http.server, json, os, threading, time
        api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        told = []
        def call(method, path, body=None, headers={}):
            api.request(method, path, body, headers)
            answer = api.getresponse()
            return answer.headers, answer.read()
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                for event in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
                    record = event["record"]
                    status = ":" + record["status"] if isinstance(record, dict) and "status" in record else ""
                    told.append(event["type"].replace("platform.", "") + status)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
            def log_message(self, *words):
                pass
        def say(what):
            print(what, " ".join(told), flush=True)
            told.clear()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        headers, body = call("POST", "/2020-01-01/extension/register", '{"events":["INVOKE","SHUTDOWN"]}', {"Lambda-Extension-Name": "watcher"})
        me = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
        call("PUT", "/2022-07-01/telemetry", json.dumps({"schemaVersion": "2022-12-13", "types": ["platform", "function"],
            "buffering": {"timeoutMs": 25}, "destination": {"protocol": "HTTP", "URI": "http://sandbox.localdomain:8080"}}), me)
        while True:
            event = json.loads(call("GET", "/2020-01-01/extension/event/next", None, me)[1])
            if event["eventType"] == "SHUTDOWN":
                time.sleep(0.5) # what is on its way arrives
                say("WATCHED " + event["shutdownReason"] + ":")
                break
        """;

    private const string BashExtension = """
        #!/bin/bash
        exec 3<>/dev/tcp/${AWS_LAMBDA_RUNTIME_API/:/\/}
        printf 'POST /2020-01-01/extension/register HTTP/1.1\r\nHost: l\r\nLambda-Extension-Name: shell\r\nContent-Length: 13\r\n\r\n{"events":[]}' >&3
        while IFS=$'\r' read -r line <&3 && [ -n "$line" ]; do
          case "$line" in Lambda-Extension-Identifier:*) id="${line#*: }";; esac
        done
        printf 'GET /2020-01-01/extension/event/next HTTP/1.1\r\nHost: l\r\nLambda-Extension-Identifier: %s\r\n\r\n' "$id" >&3
        sleep infinity
        """;

    /// <summary>In C: registers for INVOKE, and crashes when the function has left a file for it.</summary>
    private const string NativeExtension = """
        #include <arpa/inet.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <strings.h>
        #include <sys/socket.h>
        #include <unistd.h>

        static char answer[65536];

        static void call(int port, const char *address, const char *request)
        {
            struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
            inet_pton(AF_INET, address, &to.sin_addr);
            int fd = socket(AF_INET, SOCK_STREAM, 0);
            if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
                exit(9);
            if (write(fd, request, strlen(request)) < 0)
                exit(9);
            ssize_t length = 0, got;
            memset(answer, 0, sizeof answer);
            while ((got = read(fd, answer + length, sizeof answer - 1 - (size_t)length)) > 0)
                length += got;
            close(fd);
        }

        int main(void)
        {
            char address[64], request[512], id[64];
            int port;
            if (sscanf(getenv("AWS_LAMBDA_RUNTIME_API"), "%63[^:]:%d", address, &port) != 2)
                return 8;
            call(port, address, "POST /2020-01-01/extension/register HTTP/1.1\r\nHost: l\r\nConnection: close\r\nLambda-Extension-Name: native\r\n"
                                "Content-Length: 21\r\n\r\n{\"events\":[\"INVOKE\"]}");
            const char *header = strcasestr(answer, "Lambda-Extension-Identifier: ");
            if (header == NULL || sscanf(header + 29, "%36s", id) != 1)
                return 7;
            snprintf(request, sizeof request,
                "GET /2020-01-01/extension/event/next HTTP/1.1\r\nHost: l\r\nConnection: close\r\nLambda-Extension-Identifier: %s\r\n\r\n", id);
            for (;;) {
                call(port, address, request);
                usleep(200000); /* slow: the caller has its answer long before */
                if (access("/tmp/crash", F_OK) == 0 && unlink("/tmp/crash") == 0)
                    return 4;
            }
        }
        """;

    private const string Function = """
        import os
        if os.environ.get("BROKEN"):
            raise ValueError("broken")
        def handler(event, context):
            print("handles", event["do"])
            exec(event["do"])
            return "answer"
        """;

    [Theory]
    [InlineData("pass", null, "spindown", Init + "start function runtimeDone:success report:success")]
    [InlineData("raise ValueError('x')", "ValueError", "spindown", Init + "start function function runtimeDone:error report:success")]
    [InlineData("import time; time.sleep(600)", "Sandbox.Timedout", "timeout", Init + "start function runtimeDone:timeout report:timeout")]
    [InlineData("os._exit(3)", "Runtime.ExitError", "failure", Init + "start function runtimeDone:error report:error")]
    [InlineData("open('/tmp/crash', 'w'); import time; time.sleep(600)", "Extension.Crash", "failure", Init + "start function runtimeDone:error report:error")]
    public async Task What_is_told_of_an_invocation_depends_on_its_end(string python, string? errorType, string reason, string told)
    {
        await CreateAsync(reason == "timeout" ? new JsonObject { ["Timeout"] = 2 } : []);

        ClientAnswer answer = await AnyClient.InvokeAsync(Own("fn"), new JsonObject { ["do"] = python }.ToJsonString());
        if (reason == "spindown")
        {
            await UpdateAsync();
        }

        Assert.Equal(errorType, answer.FunctionError is null ? null : (string?)JsonNode.Parse(answer.Payload)!["errorType"]);
        Assert.Equal($"WATCHED {reason}: {told}", await LineAsync("WATCHED"));
    }

    [Fact]
    public async Task An_init_that_fails_is_told_twice_and_its_invocation_with_the_second()
    {
        await CreateAsync(new JsonObject { ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { ["BROKEN"] = "1" } } });

        ClientAnswer answer = await AnyClient.InvokeAsync(Own("fn"), """{"do":"pass"}""");
        string[] watched = [await LineAsync("WATCHED"), await LineAsync("WATCHED", skip: 1)];

        Assert.Equal("ValueError", (string?)JsonNode.Parse(answer.Payload)!["errorType"]);
        Assert.StartsWith("WATCHED failure: initStart telemetrySubscription ", watched[0], StringComparison.Ordinal);
        Assert.EndsWith(" initRuntimeDone:error extension extension extension initReport:error", watched[0], StringComparison.Ordinal);
        Assert.EndsWith(
            " initRuntimeDone:error extension extension extension initReport:error start runtimeDone:error report:error", watched[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_too_much_memory_the_function_is_there_again_with_its_extensions()
    {
        await CreateAsync(new JsonObject { ["MemorySize"] = 128 });

        ClientAnswer killed = await AnyClient.InvokeAsync(Own("fn"), """{"do":"x = bytearray(1 << 30)"}""");
        ClientAnswer after = await AnyClient.InvokeAsync(Own("fn"), """{"do":"pass"}""");

        Assert.Equal("Runtime.OutOfMemory", (string?)JsonNode.Parse(killed.Payload)!["errorType"]);
        Assert.Equal("\"answer\"", after.Payload);
    }

    private async Task CreateAsync(JsonObject more)
    {
        string watcher = await AnyClient.PublishLayerAsync(Own("watcher"), new Archive().File("extensions/watcher", Watcher, 0x1ED).ToArray());
        string others = await AnyClient.PublishLayerAsync(
            Own("others"),
            new Archive().File("extensions/shell", BashExtension, 0x1ED).File("extensions/native", await NativeAsync(), 0x1ED).ToArray());
        more["Layers"] = new JsonArray(watcher, others);
        // Long enough for a busy machine, unless the test is about time.
        more["Timeout"] ??= 60;
        _ = (await AnyClient.CreateFunctionAsync(Own("fn"), Archive.Of("index.py", Function), more)).Success;
        await AnyClient.WaitUntilActiveAsync(Own("fn"));
    }

    /// <summary>Ends the environments that there are.</summary>
    private async Task UpdateAsync()
    {
        _ = (await AnyClient.CallAsync("UpdateFunctionConfiguration", new JsonObject { ["FunctionName"] = Own("fn"), ["Timeout"] = 3 })).Success;
        await AnyClient.WaitUntilUpdatedAsync(Own("fn"));
    }

    /// <summary>A line that begins so, once it is there; the server tells of lines as they come.</summary>
    private async Task<string> LineAsync(string beginning, int skip = 0)
    {
        using HttpClient http = new() { BaseAddress = Server.Endpoint };
        using StreamReader lines = new(await http.GetStreamAsync($"/_lamina/functions/{Own("fn")}/logs?follow=true"));
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal) && skip-- == 0)
            {
                return line;
            }
        }

        throw new InvalidOperationException("The log ended.");
    }

    private static async Task<byte[]> NativeAsync()
    {
        string folder = Directory.CreateTempSubdirectory("lamina-extension-").FullName;
        string source = Path.Combine(folder, "native.c");
        await File.WriteAllTextAsync(source, NativeExtension);
        using System.Diagnostics.Process compiler = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("cc", ["-O1", "-D_GNU_SOURCE", "-o", Path.Combine(folder, "native"), source]))!;
        await compiler.WaitForExitAsync();
        Assert.Equal(0, compiler.ExitCode);
        byte[] program = await File.ReadAllBytesAsync(Path.Combine(folder, "native"));
        Directory.Delete(folder, recursive: true);
        return program;
    }
}
