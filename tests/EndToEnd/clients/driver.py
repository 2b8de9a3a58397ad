"""Calls boto3 for the tests: one JSON request per line in, one JSON answer per line out."""

import base64
import datetime
import functools
import json
import os
import sys

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

BLOBS = ("ZipFile", "Payload", "Body", "InvokeArgs")


def decoded(value):
    if isinstance(value, dict):
        return {name: base64.b64decode(item) if name in BLOBS else decoded(item) for name, item in value.items()}
    return value


def encoded(value):
    if hasattr(value, "read"):
        return base64.b64encode(value.read()).decode()
    if isinstance(value, dict):
        return {name: encoded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [encoded(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return value


def stream(parameters, marker):
    """Reads a streamed response; when its first chunk is here, says so by an object in S3."""
    response = client("lambda").invoke_with_response_stream(**decoded(parameters))
    chunks, complete = [], None
    for event in response["EventStream"]:
        if "PayloadChunk" in event:
            chunks.append(event["PayloadChunk"]["Payload"].decode())
            if marker and len(chunks) == 1:
                client("s3").put_object(**marker)
        complete = event.get("InvokeComplete", complete)
    return {"status": 200, "response": {"Chunks": chunks, "Complete": complete, "ExecutedVersion": response["ExecutedVersion"]}}


def answer(request):
    try:
        if "stream" in request:
            return stream(request["parameters"], request["stream"])
        if "wait" in request:
            service, _, name = request["wait"].rpartition(":")
            waiter = client(service or "lambda").get_waiter(xform_name(name))
            waiter.wait(**request["parameters"], WaiterConfig={"Delay": 0.2, "MaxAttempts": 300})
            return {"status": 200, "response": {}}
        service, _, operation = request["operation"].rpartition(":")
        if service == "presign":
            url = client("s3").generate_presigned_url(xform_name(operation), Params=request["parameters"], ExpiresIn=60)
            return {"status": 200, "response": {"Url": url}}
        response = getattr(client(service or "lambda"), xform_name(operation))(**decoded(request["parameters"]))
        return {"status": response["ResponseMetadata"]["HTTPStatusCode"], "response": encoded(response)}
    except ClientError as error:
        fault = error.response["Error"]
        return {
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
            "error": fault["Code"],
            "message": fault.get("Message") or error.response.get("message"),
        }
    except WaiterError as error:
        return {"status": 0, "error": "WaiterError", "message": str(error)}


@functools.cache
def client(service):
    # Named, because Debian's boto3 is older than the variable AWS_ENDPOINT_URL.
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    # Without the signature's version URLs are signed by the one before.
    config = Config(retries={"total_max_attempts": 1}, read_timeout=120, signature_version="s3v4" if service == "s3" else None)
    return boto3.client(service, endpoint_url=endpoint, config=config)


def main():
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line)), default=str), flush=True)


main()
