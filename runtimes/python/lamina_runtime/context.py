"""The second argument of every handler."""

import os
import sys
import time

from .faults import Fault

# Trace context that may travel in a client context; it is handed out by w3c() and nowhere else.
_W3C_FIELDS = ("traceparent", "tracestate", "baggage")


class _Record:
    """An object with a fixed set of attributes, each None where the caller sent nothing."""

    __slots__ = ()

    def __init__(self, values):
        for name in self.__slots__:
            setattr(self, name, values.get(name))

    def __repr__(self):
        fields = ",".join("%s=%s" % (name, getattr(self, name)) for name in self.__slots__)
        return "%s([%s])" % (type(self).__name__, fields)


class CognitoIdentity(_Record):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(_Record):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Record):
    __slots__ = ("custom", "env", "client")


class LambdaContext:
    def __init__(self, headers):
        environment = os.environ.get
        self.aws_request_id = headers.get("lambda-runtime-aws-request-id")
        self.log_group_name = environment("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environment("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = environment("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = environment("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = environment("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        self._deadline_ms = int(headers.get("lambda-runtime-deadline-ms") or 0)
        self._w3c = {}
        self.client_context = self._read_client_context(headers.get("lambda-runtime-client-context"))
        self.identity = _read_identity(headers.get("lambda-runtime-cognito-identity"))

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def w3c(self):
        return dict(self._w3c)

    def log(self, msg):
        sys.stdout.write(str(msg))

    def __repr__(self):
        names = (
            "aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb",
            "function_version", "invoked_function_arn", "client_context", "identity", "tenant_id",
        )
        return "LambdaContext([%s])" % ",".join("%s=%s" % (name, getattr(self, name)) for name in names)

    def _read_client_context(self, header):
        values = _parse(header, "Client Context")
        if values is None:
            return None
        fields = values.pop("w3c", None)
        if isinstance(fields, dict):
            self._w3c = {name: fields[name] for name in _W3C_FIELDS if isinstance(fields.get(name), str)}
        context = ClientContext(values)
        if context.client is not None:
            context.client = Client(context.client)
        return context


def _read_identity(header):
    values = _parse(header, "Cognito Identity") or {}
    return CognitoIdentity({
        "cognito_identity_id": values.get("cognitoIdentityId"),
        "cognito_identity_pool_id": values.get("cognitoIdentityPoolId"),
    })


def _parse(header, name):
    if not header:
        return None
    from .payload import loads

    try:
        # Header bytes arrive as latin-1; the platform writes JSON in UTF-8.
        return loads(header.encode("latin-1"))
    except Exception as error:
        raise Fault("Runtime.LambdaContextUnmarshalError", "Unable to parse %s JSON: %s" % (name, error)) from None
