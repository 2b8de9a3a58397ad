"""An interpreter started in advance: it waits until it is told whose it is, and is then as if it had just been started.

What Lambda's own runtime has imported before a handler's module is imported here too, while nobody waits for it. A primed shell is
told in a first step which function's it will be, all but its code, and imports what that imports out of its layers.
"""

import os
import sys
import time

from . import loader, logs

_MARKER = "_LAMINA_SHELL"


def is_one():
    return _MARKER in os.environ


def import_ahead():
    import base64, datetime, decimal, http.client, json, logging, re, traceback, uuid  # noqa: E401, F401

    from . import imports, log_format, payload, prime, report  # noqa: F401


def wait(connection, rehearse):
    """Returns the watch over what the function imports out of layers; None where nobody wants to know."""
    own = b"".join(b"%s=%s\0" % variable for variable in os.environb.items())
    _become(own + b"_LAMINA_REHEARSAL=1\0")
    rehearse(connection)
    _become(own)
    kept = None
    headers, body = _ask(connection, "GET", "/lamina/start", None)
    if "lamina-import" in headers:
        from . import prime

        _become(body)
        logs.settle()
        kept, report = prime.run(headers["lamina-import"].split(","))
        headers, body = _ask(connection, "POST", "/lamina/primed", report)
    _become(body)
    if kept is None:
        logs.settle()
        loader.follow_path_files(of_layers="lamina-path-files" in headers)
    if "lamina-learn" not in headers:
        return None
    from .imports import Watch

    return Watch(connection, body, kept)


def _ask(connection, method, path, body):
    status, headers, answer = connection.request(method, path, body)
    if status != 200:
        from .http import Disconnected

        raise Disconnected("%s was answered with %d" % (path, status))
    return headers, answer


def _become(variables):
    # Python itself sets it where the locale is not installed, unless somebody has.
    coerced = os.environ.get("LC_CTYPE")
    zone = os.environ.get("TZ")
    _set(variables)
    if coerced is not None:
        os.environ.setdefault("LC_CTYPE", coerced)
    # Until now other folders stood there.
    os.chdir(os.environ["LAMBDA_TASK_ROOT"])
    loader.look_again()
    if os.environ.get("TZ") != zone:
        time.tzset()


def _set(variables):
    """In their order, which a function sees. Those in front that are right already are not touched."""
    wanted = [variable.partition(b"=")[::2] for variable in variables.split(b"\0")[:-1]]
    data = os.environ._data  # That of os.environb too; one call a variable instead of four.
    present = list(data.items())
    same = 0
    while same < len(present) and same < len(wanted) and present[same] == wanted[same]:
        same += 1
    for name, _ in present[same:]:
        os.unsetenv(name)
        del data[name]
    for name, value in wanted[same:]:
        os.putenv(name, value)
        data[name] = value
