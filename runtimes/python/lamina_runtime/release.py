"""Which of Lambda's Python runtimes this process stands for.

The runtime id decides, not the interpreter: where the machine has no exact match, the nearest interpreter serves it.
"""

import os
import sys


def _release():
    name = os.environ.get("AWS_EXECUTION_ENV", "")
    major, _, minor = name[len("AWS_Lambda_python"):].partition(".")
    if name.startswith("AWS_Lambda_python") and major.isdigit() and minor.isdigit():
        return int(major), int(minor)
    return sys.version_info[:2]


RELEASE = _release()
