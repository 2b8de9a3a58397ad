"""The AWS SDK that Lambda's own runtimes ship: fetched once by `lamina runtimes sdk python`, else what the machine has."""

import os
import sys

_FOLDER = "/var/sdk"
_MODULES = ("boto3", "botocore", "s3transfer")


def folder():
    """None where it was not fetched."""
    return _FOLDER if os.path.isdir(_FOLDER) else None


def offer_last():
    """Behind the interpreter's own library and before what is installed beside it."""
    if folder() is not None:
        libraries = [place for place, path in enumerate(sys.path) if path.endswith("lib-dynload")]
        sys.path.insert(libraries[-1] + 1 if libraries else len(sys.path), _FOLDER)


def advice(error):
    """What an import error says besides where the SDK is not on the machine: how to get it."""
    if isinstance(error, ModuleNotFoundError) and error.name in _MODULES:
        return "; the AWS SDK is not on this machine, fetch it once: lamina runtimes sdk python"
    return ""
