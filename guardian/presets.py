"""The configuration that comes with Guardian: policy presets and samples, read alike from a wheel and a checkout.

Reads texts and nothing more: what they mean is said by the module that validates them. Read `load_shipped` first.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from guardian.errors import Misconfigured


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


def load_shipped(path: str) -> str:
    """Return the text of a file of the shipped configuration, by its path inside `config/`."""
    return _folder().joinpath(*path.split("/")).read_text(encoding="utf-8")


def _folder() -> Traversable:
    """Return `config/` as data of the installed package; in a checkout, the folder beside the package."""
    packaged = files("guardian") / "config"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "config"
