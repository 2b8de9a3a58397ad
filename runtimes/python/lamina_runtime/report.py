"""Errors as they are answered and as they are logged. Loaded when the first one happens."""

import os
import sys
import time
import traceback

from . import logs, payload, sdk
from .faults import Fault
from .release import RELEASE

_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep


def describe(error, request_id=""):
    """The error document that the Runtime API is given."""
    if isinstance(error, Fault):
        error_type, message, stack_trace = error.error_type, error.message, error.stack_trace or []
    else:
        error_type, message, stack_trace = type(error).__name__, _text_of(error), _stack_trace(error.__traceback__)
    document = {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": stack_trace}
    if RELEASE < (3, 9):
        del document["requestId"]  # python3.8 never had it.
    return document


def encode(document):
    return payload.dumps(document).encode("utf-8", "backslashreplace")


def headers(document):
    error_type = document["errorType"]
    # Class names may hold any letter, header values may not.
    safe = error_type.isascii() and error_type.isprintable()
    return (("Content-Type", "application/json"),) + ((("Lambda-Runtime-Function-Error-Type", error_type),) if safe else ())


def log(document):
    try:
        sys.stdout.write((_json_line(document) if logs.is_json() else _text_line(document)) + "\n")
    except (AttributeError, ValueError, OSError):
        pass  # A function may have closed or replaced its output; the error is answered all the same.


def _text_line(document):
    # One log event over several lines: carriage returns join them, no-break spaces keep the indentation.
    title = "[ERROR] %s" % document["errorType"]
    if document["errorMessage"]:
        title += ": %s" % document["errorMessage"]
    lines = [title, "Traceback (most recent call last):"]
    for element in document["stackTrace"]:
        for line in element.splitlines() or [""]:
            text = line.lstrip(" ")
            lines.append("\u00a0" * (len(line) - len(text)) + text)
    return "\r".join(lines)


def _json_line(document):
    line = {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()), "level": "ERROR"}
    line.update(document)
    return payload.dumps(line)


def _text_of(error):
    try:
        return str(error) + sdk.advice(error)
    except Exception:
        return ""


def _stack_trace(trace):
    frames = [(frame.filename, frame.lineno, frame.name, frame.line) for frame in traceback.extract_tb(trace)]
    while len(frames) > 1 and frames[0][0].startswith(_OWN_FOLDER):
        del frames[0]
    # Plain tuples, so that no ^^^^ markers are drawn: Lambda's traces have none.
    return traceback.format_list(frames)
