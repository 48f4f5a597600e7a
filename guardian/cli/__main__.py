"""The command `guardian`: finds the module of the command that was given, and loads no other, so that help comes at once.

Errors of ours end in one sentence with its remedy; only bugs leave a traceback.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module, metadata
from typing import Annotated, Any, Final

import typer

from guardian.errors import GuardianError, Misconfigured

FAILED: Final = 1
WRONG_USE: Final = 2
INTERRUPTED: Final = 130

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "setup": ("setup", "Set up keys, database, spaces and first chair."),
    "serve": ("serve", "Run the service until it is told to end."),
    "check": ("check", "Look whether all is well, with remedies."),
    "status": ("status", "Show how things stand, in numbers."),
    "mode": ("mode", "Switch a space between observe and enforce."),
    "explain": ("explain", "Say why an account is restricted, and until when."),
    "adopt": ("adopt", "List what stood before Guardian; take it over with an end."),
    "raid": ("raid", "Restrict many accounts at once, with a second member."),
    "roster": ("roster", "Print a sealed list of running sanctions."),
    "confirm-chair": ("confirm_chair", "Confirm the first chair, as a second member."),
    "seat": ("seat", "Give people their places in the groups, as a chair."),
    "remote": ("remote", "Ask a service elsewhere in your name, with a token."),
    "journal": ("journal", "Look whether the journal is as it was written."),
    "expunge": ("expunge", "Show or forget what is to be forgotten by now."),
    "keys": ("keys", "Show the keys, or replace them while the service runs."),
    "backup": ("backup", "Copy the database to a file."),
    "restore": ("restore", "Bring a copy of the database back."),
    "db": ("db", "Bring the database to this release."),
    "sandbox": ("sandbox", "Play with emulated spaces and a made-up community."),
}
_ABOUT: Final = (
    "Guardian takes conduct reports, lets a working group decide, makes each decision hold in every space, and lifts "
    "it in time."
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process with its exit code."""
    raise SystemExit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code: 0 well, 1 not, 2 wrongly used."""
    if strange := [word for word in arguments if not _is_text(word)]:
        sys.stderr.write(f"guardian: {strange[0]!a} is not a text: write it in UTF-8.\n")
        return WRONG_USE
    app = _build_application(next((word for word in arguments if word in COMMANDS), None))
    try:
        app(args=list(arguments), prog_name="guardian")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FAILED
    except GuardianError as error:
        for line in error.faults if isinstance(error, Misconfigured) else (error.sentence,):
            sys.stderr.write(f"guardian: {line}\n")
        return FAILED
    except OSError as error:
        if error.filename is None:
            raise
        sys.stderr.write(f"guardian: {_describe(error)}\n")
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _describe(error: OSError) -> str:
    """A file or folder that cannot be used is no bug: who may use it, and how much room there is, is the host's."""
    remedy = "Give it to the account that runs this command, or name another place."
    return f"{error.filename} cannot be used: {error.strerror}. {remedy}"


def _is_text(word: str) -> bool:
    """Whether the word is text throughout; bytes that are none arrive as halves of characters."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _build_application(chosen: str | None) -> typer.Typer:
    app = typer.Typer(
        help=_ABOUT,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for name, (module, summary) in COMMANDS.items():
        app.command(name, short_help=summary)(_load_command(module) if name == chosen else _not_loaded)
    return app


def _load_command(module: str) -> Callable[..., Any]:
    body: Callable[..., Any] = import_module(f"guardian.cli.{module}").command
    return body


def _not_loaded() -> None:
    """Stands for every command that was not given: its name and summary are all that help needs."""


def _show_version(requested: bool) -> None:
    if requested:
        sys.stdout.write(f"guardian {_version()}\n")
        raise typer.Exit


def _version() -> str:
    try:
        return metadata.version("guardian")
    except metadata.PackageNotFoundError:
        return "of a checkout that is not installed"


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """What stands before every command."""


if __name__ == "__main__":
    main()
