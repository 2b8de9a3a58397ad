"""Lambda's log lines for the `logging` module, as text and as JSON. Loaded only with `logging`."""

import logging
import os
import sys
import time

from . import logs

_TEXT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
_SECONDS = "%Y-%m-%dT%H:%M:%S"
_OWN_FIELDS = frozenset((
    "name", "msg", "args", "levelname", "levelno", "pathname", "filename", "module", "exc_info", "exc_text", "stack_info",
    "lineno", "funcName", "created", "msecs", "relativeCreated", "thread", "threadName", "processName", "process",
    "taskName", "aws_request_id", "tenant_id",
))


def configure():
    logging.Formatter.converter = time.gmtime
    _handler.setFormatter(logging.Formatter(_TEXT, _SECONDS))
    _handler.addFilter(LambdaLoggerFilter())
    logging.getLogger().addHandler(_handler)
    settle()


def settle():
    if logs.is_json():
        _handler.setFormatter(JsonFormatter())
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    level = {"TRACE": "DEBUG"}.get(level, level)
    if level in ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL"):
        logging.getLogger().setLevel(level)


class LambdaLoggerHandler(logging.Handler):
    def emit(self, record):
        sys.stdout.write(self.format(record))


_handler = LambdaLoggerHandler()


class LambdaLoggerFilter(logging.Filter):
    def filter(self, record):
        record.aws_request_id = logs.current["request_id"] or ""
        record.tenant_id = logs.current["tenant_id"]
        return True


class JsonFormatter(logging.Formatter):
    def formatTime(self, record, datefmt=None):
        return "%s.%03dZ" % (time.strftime(_SECONDS, time.gmtime(record.created)), record.created % 1 * 1000)

    def format(self, record):
        level = min(50, max(0, record.levelno)) // 10 * 10
        failure = record.exc_info if record.exc_info and record.exc_info[0] else None
        line = {
            "timestamp": self.formatTime(record),
            "level": logging.getLevelName(level),
            "message": record.getMessage(),
            "logger": record.name,
            "stackTrace": _frames(failure),
            "errorType": failure[0].__name__ if failure else None,
            "errorMessage": str(failure[1]) if failure else None,
            "requestId": record.aws_request_id,
            "location": "%s:%s:%s" % (record.pathname, record.funcName, record.lineno) if failure else None,
            "tenantId": record.tenant_id,
        }
        for name, value in record.__dict__.items():
            if name not in _OWN_FIELDS and name not in line:
                line[name] = value
        return _encode({name: value for name, value in line.items() if value is not None}) + "\n"


def _frames(failure):
    if not failure:
        return None
    import traceback

    return traceback.format_tb(failure[2])


def _encode(line):
    import json

    return json.dumps(line, ensure_ascii=False)
