#!/usr/bin/php
<?php
// A Lambda runtime and its function in PHP, with the streams that it brings.

function request(string $method, string $path, string $body = '', array $headers = []): array
{
    $options = ['method' => $method, 'ignore_errors' => true, 'timeout' => 86400, 'content' => $body,
        'header' => array_merge(['Content-Type: application/json'], $headers)];
    $url = 'http://' . getenv('AWS_LAMBDA_RUNTIME_API') . "/2018-06-01/runtime/invocation/$path";
    $answer = @file_get_contents($url, false, stream_context_create(['http' => $options]));
    $fields = [];
    foreach (array_slice($http_response_header ?? [], 1) as $line) {
        [$name, $value] = explode(':', $line, 2);
        $fields[strtolower($name)] = trim($value);
    }
    return [(int) (explode(' ', $http_response_header[0] ?? '')[1] ?? 0), $fields, (string) $answer];
}

// The function. What it throws is answered as an error.
function handle(string $event, array $headers): string
{
    $start = substr($event, 0, 64);
    if (str_contains($start, '"fail"')) {
        throw new RuntimeException('asked to fail');
    }
    if (str_contains($start, '"sleep"')) {
        sleep(60);
    }
    return '{"runtime":"php","requestId":"' . $headers['lambda-runtime-aws-request-id'] . '","functionArn":"'
        . $headers['lambda-runtime-invoked-function-arn'] . '","deadlineMs":' . $headers['lambda-runtime-deadline-ms'] . ',"event":' . $event . '}';
}

while (true) {
    [$status, $headers, $event] = request('GET', 'next');
    if ($status !== 200) {
        fwrite(STDERR, "next was answered with $status\n");
        exit(1);
    }
    $id = $headers['lambda-runtime-aws-request-id'];
    try {
        request('POST', "$id/response", handle($event, $headers));
    } catch (Throwable $error) {
        $trace = explode("\n", $error->getTraceAsString());
        request('POST', "$id/error", json_encode(['errorType' => 'Example.Failure', 'errorMessage' => $error->getMessage(), 'stackTrace' => $trace]),
            ['Lambda-Runtime-Function-Error-Type: Function.ExampleFailure']);
    }
}
