namespace Lamina.Stacks.Resources.Lambda;

/// <summary>
/// The modules with which inline functions answer as custom resources, by the names and calls that AWS documents (cfn-response module):
/// <c>send(event, context, status, data, physicalResourceId, noEcho[, reason])</c>.
/// </summary>
internal static class AnsweringModules
{
    public const string Python = """
        import json
        import urllib.request

        SUCCESS = "SUCCESS"
        FAILED = "FAILED"


        def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False, reason=None):
            answer = {
                "Status": responseStatus,
                "Reason": reason or "See the details in CloudWatch Log Stream: " + context.log_stream_name,
                "PhysicalResourceId": physicalResourceId or context.log_stream_name,
                "NoEcho": noEcho,
                "Data": responseData,
            }
            for name in ("StackId", "RequestId", "LogicalResourceId"):
                answer[name] = event[name]
            body = json.dumps(answer).encode("utf-8")
            request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""})
            try:
                with urllib.request.urlopen(request) as response:
                    print("Status code:", response.status)
            except Exception as error:
                print("send(..) failed executing the request:", error)

        """;

    public const string JavaScript = """
        'use strict';
        exports.SUCCESS = 'SUCCESS';
        exports.FAILED = 'FAILED';

        exports.send = (event, context, responseStatus, responseData, physicalResourceId, noEcho) => new Promise(resolve => {
          const body = JSON.stringify({
            Status: responseStatus,
            Reason: `See the details in CloudWatch Log Stream: ${context.logStreamName}`,
            PhysicalResourceId: physicalResourceId || context.logStreamName,
            StackId: event.StackId,
            RequestId: event.RequestId,
            LogicalResourceId: event.LogicalResourceId,
            NoEcho: noEcho || false,
            Data: responseData,
          });
          const url = new URL(event.ResponseURL);
          const client = require(url.protocol === 'http:' ? 'http' : 'https');
          const request = client.request(url, { method: 'PUT', headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) } }, response => {
            response.resume();
            console.log(`Status code: ${response.statusCode}`);
            context.done();
            resolve();
          });
          request.on('error', error => {
            console.log(`send(..) failed executing the request: ${error}`);
            context.done();
            resolve();
          });
          request.end(body);
        });

        """;
}
