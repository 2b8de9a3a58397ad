namespace Lamina.EndToEnd.Tests;

/// <summary>A custom runtime in bash, for functions that must not depend on what runs them.</summary>
internal static class BashRuntime
{
    /// <param name="before">Lines before the first event: functions, variables.</param>
    /// <param name="answer">Lines that set <c>answer</c> to the response's JSON; <c>start</c> is cold at the first event, then warm.</param>
    /// <returns>The text of a bootstrap.</returns>
    public static string Of(string before, string answer) => $$"""
        #!/bin/bash
        {{before}}
        start=cold
        while exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://}"; do
          printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: l\r\nConnection: close\r\n\r\n' >&3
          id=
          while IFS=$'\r' read -r line <&3 && [ -n "$line" ]; do
            case "$line" in Lambda-Runtime-Aws-Request-Id:*) id="${line#*: }";; esac
          done
          read -r -d '' event <&3
          [ -n "$id" ] || exit 1
          {{answer}}
          exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://}"
          printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: l\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' "$id" "${#answer}" "$answer" >&3
          read -r -d '' status <&3
          start=warm
        done
        """;
}
