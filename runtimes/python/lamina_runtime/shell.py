"""An interpreter started in advance: it waits until it is told whose it is, and is then as if it had just been started.

What Lambda's own runtime has imported before a handler's module is imported here too, while nobody waits for it.
"""

import os
import time

_MARKER = "_LAMINA_SHELL"


def is_one():
    return _MARKER in os.environ


def wait(connection):
    _import_ahead()
    status, _, body = connection.request("GET", "/lamina/start")
    if status != 200:
        from .http import Disconnected

        raise Disconnected("the start was answered with %d" % status)
    # Python itself sets it where the locale is not installed, unless somebody has.
    coerced = os.environ.get("LC_CTYPE")
    os.environ.clear()
    for variable in body.split(b"\0")[:-1]:
        name, _, value = variable.partition(b"=")
        os.environb[name] = value
    if coerced is not None:
        os.environ.setdefault("LC_CTYPE", coerced)
    # Until now it was another folder that stood there.
    os.chdir(os.environ["LAMBDA_TASK_ROOT"])
    time.tzset()


def _import_ahead():
    import base64, datetime, decimal, http.client, json, logging, re, traceback, uuid  # noqa: E401, F401

    from . import log_format, payload, report  # noqa: F401

    payload.write_response(payload.read_event(b'{"a": [1, 2.5, null, true, "b"]}', None))
