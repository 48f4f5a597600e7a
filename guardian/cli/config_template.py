"""Writes the first configuration file from what setup was told. Every space in it begins with mode = "observe"."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_HEAD: Final = """# Written by guardian setup. Every key is explained in docs/connect.md and in the sample of the package.
# Each space is only looked at until you run: guardian mode SPACE enforce
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """What one installation is, in the file's own terms; a space or key without a value is left out."""

    service: Mapping[str, str | bool | None]
    keys: Mapping[str, str | None]
    spaces: Mapping[str, Mapping[str, str | int | None]]
    mail: Mapping[str, str | int | None] = field(default_factory=dict)


def render_config(installation: Installation) -> str:
    """Render the file as TOML."""
    parts = [_HEAD, _render_section("service", installation.service), _render_section("keys", installation.keys)]
    for name, keys in installation.spaces.items():
        parts.append(_render_section(f"spaces.{name}", {"kind": name, "mode": "observe", **keys}))
    if installation.mail:
        parts.append(_render_section("mail", installation.mail))
    return "\n".join(parts)


def _render_section(name: str, keys: Mapping[str, str | bool | int | None]) -> str:
    # A JSON text or number is one of TOML as well.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items() if value is not None]
    return "\n".join([f"[{name}]", *lines, ""])
