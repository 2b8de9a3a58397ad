"""What a function imports out of its layers: watched while its handler is imported, and given back where it was imported before.

In a primed shell (prime.py) the modules of the layers are there before the function is. They are hidden until somebody imports them,
so that sys.modules has no more than the function's own imports bring. What decides about an import besides files is compared in
that moment: where the function's code has changed it, the process starts anew and imports everything itself.
"""

import _thread
import os
import sys
import time
from importlib.machinery import ModuleSpec

from . import logs

_LAYERS = "/opt/"

# What is imported so fast need not be imported before.
_WORTH_SECONDS = 0.02

_CHANGED = "fault the function's code changes variables or paths before it imports from a layer"


class Kept:
    """Modules out of layers that were imported before they were asked for, each group by one import."""

    def __init__(self):
        self._known = set(sys.modules)
        self._roots = set()
        self._groups = []
        self._place = {}

    def load(self, name):
        """Imports it, and remembers what that brings out of layers. What it brings from elsewhere stays in sight."""
        began = time.perf_counter()
        __import__(name)
        seconds = time.perf_counter() - began
        new = {found: module for found, module in list(sys.modules.items()) if found not in self._known}
        self._known.update(new)
        self._roots.update(found for found, module in new.items() if "." not in found and _is_of_layer(module))
        modules = {found: module for found, module in new.items() if found.partition(".")[0] in self._roots}
        if modules:
            self._place.update(dict.fromkeys(modules, len(self._groups)))
            self._groups.append((name, seconds, modules, []))

    def hide(self):
        for place, (_, _, modules, attributes) in enumerate(self._groups):
            for name, module in modules.items():
                sys.modules.pop(name, None)
                parent, _, child = name.rpartition(".")
                if self._place.get(parent, place) < place:
                    # A package that was there before has got it as an attribute by this import.
                    package = self._groups[self._place[parent]][2][parent]
                    if getattr(package, "__dict__", {}).get(child) is module:
                        delattr(package, child)
                        attributes.append((package, child, module))
        if self._place:
            sys.meta_path.insert(0, self)

    def holds_any(self):
        return bool(self._place)

    def import_of(self, name):
        """The import that brought the module, and how long that took."""
        return self._groups[self._place[name]][:2]

    def find_spec(self, name, path=None, target=None):
        place = self._place.get(name)
        if place is None:
            return None
        module = self._groups[place][2][name]
        real = getattr(module, "__spec__", None)
        spec = ModuleSpec(name, self, origin=getattr(real, "origin", None), is_package=hasattr(module, "__path__"))
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.extend(module.__path__)
        return spec

    def create_module(self, spec):
        return None  # Any; exec_module puts the one that exists in its place, as a module may do with itself.

    def exec_module(self, module):
        # Those before may be what this one was made with, and a look into sys.modules would miss them.
        for _, _, modules, attributes in self._groups[:self._place[module.__name__] + 1]:
            for name, value in modules.items():
                if self._place.pop(name, None) is not None:
                    sys.modules[name] = value
            for package, child, value in attributes:
                setattr(package, child, value)
            attributes.clear()
        if not self._place:
            _remove(self)


class Watch:
    """Sees which imports bring modules out of layers while the handler is imported, and tells the server."""

    def __init__(self, connection, variables, kept):
        self._connection = connection
        self._variables = variables
        self._kept = kept
        self._thread = _thread.get_ident()
        self._imports = {}
        self._importing = None
        self._began = 0.0
        self._changed = False
        self._before = None

    def is_primed(self):
        return self._kept is not None

    def begin(self):
        _TimedSpec._watch = self
        self._before = _surroundings()
        sys.meta_path.insert(0, self)

    def end(self):
        _remove(self)
        _TimedSpec._watch = None
        if self.is_primed() or sum(self._imports.values()) >= _WORTH_SECONDS:
            self._tell(_CHANGED if self._changed else "\n".join(
                "import %.3f %s" % (seconds * 1000, name) for name, seconds in self._imports.items()))

    def find_spec(self, name, path=None, target=None):
        if self._is_importing() or _thread.get_ident() != self._thread:
            return None
        began = time.perf_counter()
        spec = self._find(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        is_kept = self._kept is not None and spec.loader is self._kept
        if not is_kept and not str(spec.origin).startswith(_LAYERS):
            return spec
        if not self._changed and _differ(self._before, _surroundings()):
            self._changed = True
            if self._kept is not None and self._kept.holds_any():
                self._start_anew()
        if is_kept:
            self._imports.setdefault(*self._kept.import_of(name))
        elif type(spec) is ModuleSpec:
            spec.__class__ = _TimedSpec
            self._importing, self._began = spec, began
        return spec

    def imported(self, spec):
        if spec is self._importing:
            seconds = time.perf_counter() - self._began
            self._importing = None
            self._before = _surroundings()  # What a layer's module changes itself, it changes in advance too.
            if spec.name in sys.modules:
                self._imports[spec.name] = seconds

    def _is_importing(self):
        return self._importing is not None and getattr(self._importing, "_initializing", False)

    def _find(self, name, path, target):
        for finder in sys.meta_path:
            find_spec = None if finder is self else getattr(finder, "find_spec", None)
            spec = None if find_spec is None else find_spec(name, path, target)
            if spec is not None:
                return spec
        return None

    def _start_anew(self):
        """What was imported before does not fit; nothing can unload it but a new program in this process."""
        self._tell(_CHANGED)
        logs.flush()
        import signal

        for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(ignored, signal.SIG_DFL)
        with open("/proc/self/cmdline", "rb") as file:
            arguments = file.read().split(b"\0")[:-1]
        variables = dict(variable.split(b"=", 1) for variable in self._variables.split(b"\0")[:-1])
        os.chdir(variables[b"LAMBDA_TASK_ROOT"])
        os.execve(arguments[0], arguments, variables)

    def _tell(self, report):
        self._connection.request("POST", "/lamina/learnt", report.encode("utf-8", "replace"))


class _TimedSpec(ModuleSpec):
    """
    The spec of a module while it is imported. importlib notes on it when that begins and when it has ended; a loader round the
    real one would see that too, and be seen in the tracebacks of modules that fail.
    """

    _watch = None

    @property
    def _initializing(self):
        return self.__dict__.get("_initializing", False)

    @_initializing.setter
    def _initializing(self, value):
        self.__dict__["_initializing"] = value
        if not value:
            self.__class__ = ModuleSpec
            if _TimedSpec._watch is not None:
                _TimedSpec._watch.imported(self)


_TimedSpec.__name__ = _TimedSpec.__qualname__ = ModuleSpec.__name__


def _is_of_layer(module):
    spec = getattr(module, "__spec__", None)
    origin = getattr(spec, "origin", None) or getattr(module, "__file__", None)
    places = [origin] if isinstance(origin, str) else getattr(spec, "submodule_search_locations", None) or ()
    return any(str(place).startswith(_LAYERS) for place in places)


def _surroundings():
    """What an import depends on besides files and modules."""
    try:
        folder = os.getcwd()
    except OSError:
        folder = None
    finders = [finder for finder in sys.meta_path if not isinstance(finder, (Kept, Watch))]
    variables = dict(getattr(os.environ, "_data", os.environ))  # As they are: nobody reads them here.
    return finders, (variables, list(sys.path), list(sys.path_hooks), folder)


def _differ(before, now):
    # Finders behind those that are there (six has one) are asked only for what nobody else has.
    return now[1] != before[1] or now[0][:len(before[0])] != before[0]


def _remove(finder):
    sys.meta_path[:] = [other for other in sys.meta_path if other is not finder]
