"""Imports what a function is known to import out of its layers, before the function's code is there.

What cannot be the same as later is reported as a fault, and the shell is of no use then: a module that prints, reads a variable
that is not known yet, or leaves behind what would go on meanwhile. Everything is later in the same process, so that whatever else
a module does (handlers of signals, of exit, of logging) is there as if it had just been imported.
"""

import os
import sys

from . import loader, logs
from .imports import Kept

# Those of one environment, or of the code: they come with it.
_LATER = frozenset((
    b"_HANDLER", b"AWS_ACCESS_KEY_ID", b"AWS_SECRET_ACCESS_KEY", b"AWS_SESSION_TOKEN", b"AWS_LAMBDA_LOG_STREAM_NAME",
    b"AWS_LAMBDA_INITIALIZATION_TYPE",
))

# Their users read the metadata of distributions, which may lie in the code's folder too.
_METADATA = ("importlib.metadata", "importlib_metadata", "pkg_resources")

# What stands at /var/task now holds this, for the dynamic linker.
_PLACEHOLDER = "lib"


def run(names):
    """Returns what was imported, hidden, and a report of how that went."""
    loader.follow_path_files()
    kept, sought, reads = Kept(), _Sought(), _Reads()
    paths, before, fault = list(sys.path), _traces(), None
    sys.meta_path.insert(0, sought)
    reads.begin()
    try:
        for name in names:
            kept.load(name)
    except BaseException as error:
        fault = "importing %s failed: %s: %s" % (name, type(error).__name__, error)
    finally:
        reads.end()
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not sought]
    fault = fault or reads.fault() or _left(before, _traces())
    if fault is None and sys.path != paths:
        fault = "an import changes sys.path"
    if fault is None and _PLACEHOLDER in sought.names:
        fault = "an import looks for '%s'" % _PLACEHOLDER
    logs.flush()
    kept.hide()
    return kept, _report(fault, sought.names)


def _report(fault, names):
    lines = [] if fault is None else ["fault " + " ".join(fault.split())]
    lines.extend("sought " + name for name in sorted(names))
    if any(name in sys.modules for name in _METADATA):
        lines.append("metadata")
    return "\n".join(lines).encode("utf-8", "replace")


class _Sought:
    """The names that were looked for on sys.path, found or not: a function whose code has such a name finds its own."""

    def __init__(self):
        self.names = set()

    def find_spec(self, name, path=None, target=None):
        if path is None:
            self.names.add(name)
        return None


class _Reads(dict):
    """The process's variables; notes when one is read that is not there yet."""

    def __init__(self):
        super().__init__(os.environ._data)
        self._real = os.environ._data
        self._later = set()
        self._all = False

    def begin(self):
        os.environ._data = os.environb._data = self

    def end(self):
        os.environ._data = os.environb._data = self._real

    def fault(self):
        if dict(self.items()) != self._real:
            return "an import changes variables"
        if self._all:
            return "an import reads all variables"
        if self._later:
            return "an import reads %s" % min(self._later).decode()
        return None

    def __getitem__(self, key):
        if key in _LATER:
            self._later.add(key)
        return dict.__getitem__(self, key)

    def __contains__(self, key):
        if key in _LATER:
            self._later.add(key)
        return dict.__contains__(self, key)

    def __iter__(self):
        self._all = True
        return dict.__iter__(self)


def _traces():
    """What would go on, or be there, although nobody imports anything."""
    files = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            files[name] = os.readlink("/proc/self/fd/" + name)
        except OSError:
            pass  # The one by which they were listed.
    processes = {name for name in os.listdir("/proc") if name.isdigit()}
    # Threads that a library started by itself (OpenBLAS's) wait for work of Python's and do nothing else; no function can tell them.
    return files, processes, set(sys._current_frames())


def _left(before, after):
    files, processes, threads = before
    if set(after[0].items()) - set(files.items()):
        return "an import leaves a file open"
    if after[1] - processes:
        return "an import leaves a process"
    if after[2] - threads:
        return "an import leaves a thread"
    import _signal

    if any(_signal.getitimer(timer)[0] for timer in (_signal.ITIMER_REAL, _signal.ITIMER_VIRTUAL, _signal.ITIMER_PROF)):
        return "an import leaves a timer"
    return None
