"""Where a function's modules are found, and its handler among them."""

import os
import sys

from . import sdk
from .faults import Fault

# Where what a function brings is shown, its code first.
_content = []


def prepare_path(task_root):
    """/var/task, then the layers, the AWS SDK, the runtime's own folder (already there: the script's), and the interpreter's."""
    runtime_folder = os.environ.get("LAMBDA_RUNTIME_DIR") or os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    version = "python%d.%d" % sys.version_info[:2]
    folders = [task_root]
    # Who sets PYTHONPATH decides alone what comes after the code; the value Lambda itself sets does not count.
    if os.environ.get("PYTHONPATH", runtime_folder) == runtime_folder:
        os.environ["PYTHONPATH"] = runtime_folder
        while sys.path.count(runtime_folder) > 1:  # As the script's folder and out of PYTHONPATH.
            sys.path.remove(runtime_folder)
        folders += ["/opt/python/lib/%s/site-packages" % version, "/opt/python"]
        packages = "/var/lang/lib/%s/site-packages" % version
        if os.path.isdir(packages):
            sys.path.insert(0, packages)
        if sdk.folder() is not None:
            sys.path.insert(0, sdk.folder())
    else:
        sdk.offer_last()
    sys.path[0:0] = folders
    _content[:] = folders


def look_again():
    """Behind the same paths lies something else now."""
    for folder in _content:
        finder = sys.path_importer_cache.get(folder)
        if finder is not None:
            finder.invalidate_caches()
        else:
            sys.path_importer_cache.pop(folder, None)  # There was no such folder.


def find_handler(name):
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        raise Fault(
            "Runtime.MalformedHandlerName",
            "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % name)
    module = _import(module_name)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault(
            "Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name)) from None


def _import(module_name):
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault(
            "Runtime.BuiltInModuleConflict", "Cannot use built-in module %s as a handler module" % module_name)
    import importlib

    try:
        return importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault(
            "Runtime.ImportModuleError", "Unable to import module '%s': %s%s" % (module_name, error, sdk.advice(error))) from None
    except SyntaxError as error:
        raise Fault(
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module '%s': %s" % (module_name, error),
            ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]) from None


def follow_path_files(of_layers=True):
    for folder in _content if of_layers else _content[:1]:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        if any(name.endswith(".pth") for name in names):
            import site

            site.addsitedir(folder)
