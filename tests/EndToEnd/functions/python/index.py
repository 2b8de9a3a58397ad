import json
import logging
import os
import subprocess
import time


def handler(event, context):
    if "fail" in event:
        raise ValueError("asked to fail")
    if "sleep" in event:
        time.sleep(60)
    if "log" in event:
        logging.getLogger().warning(event["log"])
    if "environment" in event:
        return dict(os.environ)
    if "layer" in event:
        import one, two
        return [one.WHO, two.WHO, subprocess.check_output(["tool"], text=True).strip()]
    return {
        "runtime": "python",
        "requestId": context.aws_request_id,
        "functionArn": context.invoked_function_arn,
        "functionName": context.function_name,
        "functionVersion": context.function_version,
        "memory": str(context.memory_limit_in_mb),
        "logGroup": context.log_group_name,
        "logStream": context.log_stream_name,
        "remaining": context.get_remaining_time_in_millis() if "context" in event else 0,
        "custom": context.client_context.custom["key"] if context.client_context else None,
        "event": event,
    }
