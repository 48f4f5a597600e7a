"""The configuration that comes with Guardian: policy presets and samples, read alike from a wheel and a checkout.

Reads texts and nothing more: what they mean is said by the module that validates them. Read `load_shipped` first.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from guardian.errors import Misconfigured

USUAL: Final = "django"
SMALL: Final = "small"
SMALL_AT_MOST: Final = 5
"""Up to so many people a group is small (P-11.1)."""
_OF_BOARD: Final = ("board", "board_en", "board_de", "board_fr")


def load_preset(name: str) -> str:
    """Return the text of the policy preset of that name (such as `django`); Misconfigured where there is none."""
    known = preset_names()
    if name not in known:
        raise Misconfigured([f"policy preset '{name}' is not known; there are: {', '.join(known)}"])
    return load_shipped(f"policies/{name}.toml")


def preset_names() -> tuple[str, ...]:
    """Return the names of the policy presets, in alphabetical order."""
    names = (entry.name for entry in (_folder() / "policies").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def choose_preset(size: int | None, *, has_board: bool | None) -> str:
    """Return the preset for a group of that size; where only the Board is known, that decides. Policy: P-11.2."""
    if size is None:
        return SMALL if has_board is False else USUAL
    return SMALL if size <= SMALL_AT_MOST else USUAL


def preset_with_board(name: str, *, has_board: bool) -> str:
    """Return the text of the preset with or without a Board, and with what is said instead. Policy: P-1.1."""
    lines = {line.partition(" = ")[0]: line for line in load_preset(USUAL if has_board else SMALL).splitlines()}
    return "".join(
        f"{lines[key] if (key := line.partition(' = ')[0]) in _OF_BOARD else line}\n"
        for line in load_preset(name).splitlines()
    )


def load_shipped(path: str) -> str:
    """Return the text of a file of the shipped configuration, by its path inside `config/`."""
    return _folder().joinpath(*path.split("/")).read_text(encoding="utf-8")


def _folder() -> Traversable:
    """Return `config/` as data of the installed package; in a checkout, the folder beside the package."""
    packaged = files("guardian") / "config"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "config"
