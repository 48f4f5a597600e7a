"""JSON that somebody else wrote, read within bounds, and its values as what they should be or as absent.

Whatever stands in it, nothing but `MalformedJson` is raised. Read `read_json` first.
"""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

_MOST_VALUES: Final = 100_000
MANY_VALUES: Final = 2_000_000
"""For what a platform answers to us, many rows at once, read in a thread of its own."""
_DEEPEST: Final = 100
_NESTING: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|$)|[\[{\]}]', re.DOTALL)
_STEPS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}
_LARGEST_ID: Final = 2**63
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class MalformedJson(ValueError):
    """It is no JSON, or more of it than anybody means: too deep, or of too many values."""


def read_json(text: bytes | str, most_values: int = _MOST_VALUES) -> Any:
    """Return what the text says; MalformedJson where it cannot be read, or not in good time."""
    try:
        given = text.decode() if isinstance(text, bytes) else text
        _check_count(given, most_values)
        _check_depth(given)
        return json.loads(given, parse_constant=_refuse_constant)
    except MalformedJson:
        raise
    except (ValueError, RecursionError) as error:
        # The error's own words would quote the text.
        raise MalformedJson(type(error).__name__) from None


def read_object(text: bytes | str) -> Mapping[str, Any]:
    """Return the object that the text is; MalformedJson where it is none."""
    found = read_json(text)
    if not isinstance(found, dict):
        raise MalformedJson("no object")
    return found


def object_at(value: Any, *path: str) -> Mapping[str, Any]:
    """Return the object at the end of the path; an empty one where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else _NOTHING


def text_at(value: Mapping[str, Any], name: str) -> str:
    """Return the text of that name, as it can be stored and shown; empty where it is none."""
    found = value.get(name)
    return found if isinstance(found, str) and _is_sound(found) else ""


def id_at(value: Mapping[str, Any], name: str) -> str | None:
    """Return the positive number of that name, written out, whether it stands there as number or text; else None."""
    found = value.get(name)
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) <= len(str(_LARGEST_ID)):
        found = int(found)
    if not isinstance(found, int) or isinstance(found, bool):
        return None
    return str(found) if 0 < found < _LARGEST_ID else None


def _is_sound(text: str) -> bool:
    """Half of a sign cannot be written anywhere, and NUL in no database."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _check_count(text: str, most: int) -> None:
    # What stands in texts counts as well: the bound is far above any message that a platform sends.
    if text.count(",") + text.count("[") + text.count("{") > most:
        raise MalformedJson("too many values")


def _check_depth(text: str) -> None:
    """Refuse what is nested deeper than anybody means; the interpreter's own limit is raised by libraries at will."""
    if text.count("[") + text.count("{") <= _DEEPEST:
        return
    depth = 0
    for token in _NESTING.finditer(text):
        depth += _STEPS.get(token[0], 0)
        if depth > _DEEPEST:
            raise MalformedJson("too deep")


def _refuse_constant(name: str) -> Any:
    raise MalformedJson(name)
