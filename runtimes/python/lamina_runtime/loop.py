"""The story: prepare, load the handler, then for ever: take an event, run the handler, answer.

1. The path and the streams are set up, then the handler's module is imported: that is the function's Init.
2. A failure there is logged, told to /init/error, and the process ends with status 1.
3. `next` blocks until there is an event. Whatever the handler raises is that invocation's error; only SystemExit and the
   like leave the loop, and end the process as they would end any other.
"""

import os
import sys

from . import loader, logs, payload, shell
from .context import LambdaContext
from .faults import Fault
from .http import Connection, Disconnected

_API = "/2018-06-01/runtime"
_TRACE = "_X_AMZN_TRACE_ID"

# Python 3.11 and later specialise a function's instructions in its eighth call.
_REHEARSALS = 8


def run():
    connection = Connection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    waits = shell.is_one()
    if waits:
        shell.import_ahead()
    logs.install()
    loader.prepare_path(os.environ["LAMBDA_TASK_ROOT"])
    try:
        if waits:
            watch = shell.wait(connection, _rehearse)
        else:
            watch = None
            loader.follow_path_files()
        handler = _initialise(connection, watch)
        while True:
            _serve_one(connection, handler)
    except Disconnected as error:
        sys.stderr.write("The Runtime API is gone: %s\n" % error)
        logs.flush()
        sys.exit(1)


class _Stage:
    """In the place of a connection: hands out an event that nobody sent, and takes the answer."""

    headers = {
        "lambda-runtime-aws-request-id": "0",
        "lambda-runtime-deadline-ms": "0",
        "lambda-runtime-trace-id": "0",
        "lambda-runtime-invoked-function-arn": "0",
        "content-type": "application/json",
    }

    def request(self, method, path, body=None, headers=()):
        return 200, self.headers, b'{"a": [1, 2.5, null, true, "b"]}'


def _rehearse(connection):
    """All that a first event calls, often enough for the interpreter to have its quick instructions; nobody hears of it."""
    handler = loader.find_handler("lamina_runtime.rehearsal.handler")
    del sys.modules["lamina_runtime.rehearsal"], sys.modules["lamina_runtime"].rehearsal
    with open(__file__, "rb") as source:
        compile(source.read(), __file__, "exec")  # Ours has its bytecode, a function's mostly has not.
    for _ in range(_REHEARSALS):
        try:
            loader.find_handler("lamina_rehearsal.handler")  # Is nowhere: every folder is looked into.
        except Fault:
            pass
        # It is nobody's yet: the Runtime API knows no such path, and says so.
        connection.request("GET", "/lamina/rehearsal")
        connection.request("POST", "/lamina/rehearsal", b"{}", (("Content-Type", "application/json"),))
        _serve_one(_Stage(), handler)
    logs.current.update(request_id="", tenant_id=None)
    _set_trace(None)


def _initialise(connection, watch):
    try:
        if watch is None:
            return loader.find_handler(os.environ["_HANDLER"])
        watch.begin()
        handler = loader.find_handler(os.environ["_HANDLER"])
        watch.end()
        return handler
    except Exception as error:
        from . import report

        document = report.describe(error)
        report.log(document)
        logs.flush()
        connection.request("POST", _API + "/init/error", report.encode(document), report.headers(document))
        sys.exit(1)


def _serve_one(connection, handler):
    status, headers, body = connection.request("GET", _API + "/invocation/next")
    if status != 200:
        raise Disconnected("next was answered with %d: %s" % (status, body.decode("utf-8", "replace")))
    request_id = headers["lambda-runtime-aws-request-id"]
    logs.current["request_id"] = request_id
    logs.current["tenant_id"] = headers.get("lambda-runtime-aws-tenant-id")
    _set_trace(headers.get("lambda-runtime-trace-id"))
    target = "%s/invocation/%s/" % (_API, request_id)
    try:
        context = LambdaContext(headers)
        result, content_type = payload.write_response(
            handler(payload.read_event(body, headers.get("content-type")), context))
    except Exception as error:
        target += "error"
        result, response_headers = _report(error, request_id)
    else:
        target += "response"
        response_headers = (("Content-Type", content_type),)
    logs.flush()
    # A refusal (413, 403) is the platform's to report; the environment goes on.
    connection.request("POST", target, result, response_headers)


def _report(error, request_id):
    from . import report

    document = report.describe(error, request_id)
    report.log(document)
    return report.encode(document), report.headers(document)


def _set_trace(trace_id):
    if trace_id is not None:
        os.environ[_TRACE] = trace_id
    else:
        os.environ.pop(_TRACE, None)
