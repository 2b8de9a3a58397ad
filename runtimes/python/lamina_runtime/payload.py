"""JSON as Lambda's Python runtimes read and write it.

Lambda encodes with simplejson, whose answers differ from the standard library's: a named tuple becomes an object, bytes
inside a response become text, a Decimal becomes a number, NaN is refused. The C halves of the standard encoder and scanner
are used directly, because the `json` package compiles regular expressions at import (7 ms of every cold start).
"""

import _json

from .faults import Fault
from .release import RELEASE

# Since python3.12 Lambda writes text as it is; before, as \uXXXX.
_encode_text = _json.encode_basestring if RELEASE >= (3, 12) else _json.encode_basestring_ascii
_SPACE = " \t\n\r"


class _Reading:
    strict = True
    object_hook = None
    object_pairs_hook = None
    array_hook = None
    parse_float = float
    parse_int = int
    parse_constant = {"-Infinity": float("-inf"), "Infinity": float("inf"), "NaN": float("nan")}.__getitem__
    memo = {}


try:
    _scan = _json.make_scanner(_Reading)
except Exception:  # A private interface: should a later Python change it, the public one costs only time.
    _scan = None


def loads(data):
    """Parses UTF-8 bytes or text."""
    text = data if isinstance(data, str) else data.decode("utf-8")
    if _scan is not None:
        start, end = 0, len(text)
        while start < end and text[start] in _SPACE:
            start += 1
        try:
            value, start = _scan(text, start)
            while start < end and text[start] in _SPACE:
                start += 1
            if start == end:
                return value
        except (StopIteration, ValueError):
            pass
    import json  # Only to say what is wrong, in the standard words.

    return json.loads(text)


def dumps(value):
    if _has_named_tuple(value):
        value = _named_tuples_as_objects(value)
    decimals = []
    encode = _json.make_encoder(
        {}, lambda item: _replace(item, decimals), _encode_text, None, ": ", ", ", False, False, False)
    text = "".join(encode(value, 0))
    for mark, number in decimals:
        text = text.replace(mark, number, 1)
    if RELEASE >= (3, 12) and ("\u2028" in text or "\u2029" in text):
        text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return text


def read_event(body, content_type):
    if content_type is not None and not content_type.startswith("application/json"):
        return body
    try:
        return loads(body)
    except Exception as error:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error) from None


def write_response(value):
    """Returns the bytes and their content type."""
    if isinstance(value, bytes):
        return value, "application/unknown"
    try:
        return dumps(value).encode("utf-8"), "application/json"
    except Exception as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from None


def _replace(item, decimals):
    """Called by the C encoder for what JSON has no form for."""
    if isinstance(item, bytes):
        return item.decode("utf-8")
    kind = type(item)
    if kind.__module__ in ("decimal", "_pydecimal", "_decimal") or any(base.__name__ == "Decimal" for base in kind.__mro__):
        if item.is_nan():
            return float("nan")
        if not item.is_finite():
            raise ValueError("Out of range float values are not JSON compliant: %s" % item)
        # The C encoder cannot write a number it is not given as int or float, and float would lose digits: a mark no
        # response contains stands in for it until the text is made.
        mark = "lamina-decimal-%d-%d" % (id(decimals), len(decimals))
        decimals.append(('"%s"' % mark, str(item)))
        return mark
    raise TypeError("Object of type %s is not JSON serializable" % kind.__name__)


def _has_named_tuple(value):
    # The C encoder writes every tuple as an array without asking, so they are looked for first.
    seen = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            children = item.values()
        elif isinstance(item, (list, tuple)):
            if callable(getattr(item, "_asdict", None)):
                return True
            children = item
        else:
            continue
        if id(item) not in seen:
            seen.add(id(item))
            waiting.extend(child for child in children if isinstance(child, (dict, list, tuple)))
    return False


def _named_tuples_as_objects(value):
    if isinstance(value, (list, tuple)):
        fields = getattr(value, "_asdict", None)
        if not callable(fields):
            return [_named_tuples_as_objects(item) for item in value]
        value = fields()
    if isinstance(value, dict):
        return {key: _named_tuples_as_objects(item) for key, item in value.items()}
    return value
