"""Standard output line by line, and the `logging` module made ready for whoever imports it.

Importing `logging` costs 10 ms, and many functions never do: the handler that Lambda preinstalls is put on the root logger
in the moment somebody imports the module, before they get to see it.
"""

import os
import sys

# What the log formatters read: whose invocation it is now.
current = {"request_id": "", "tenant_id": None}


def install():
    for stream in (sys.stdout, sys.stderr):
        # Whole lines leave at once in one write; what has no end of line yet leaves when the invocation ends.
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    if "logging" in sys.modules:
        _configure()
    else:
        sys.meta_path.insert(0, _LoggingFinder)


def settle():
    """Text or JSON, and from which level on: where it was installed before it was known whose it is."""
    if "logging" in sys.modules:
        from . import log_format

        log_format.settle()


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, ValueError, OSError):
            pass  # A function may have closed or replaced it; its output is its own business.


def is_json():
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


def _configure():
    from .log_format import configure

    configure()


class _LoggingFinder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(cls)
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _ConfiguringLoader(spec.loader)
        return spec


class _ConfiguringLoader:
    """Runs the real loader, puts it back where modules show theirs, then configures."""

    def __init__(self, loader):
        self._loader = loader

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _configure()
