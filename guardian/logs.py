"""Structured diagnostics that may be thrown away: `noun.past_verb`, ids and durations, never names or texts.

What is not known to be one of these is withheld. Of errors and of what libraries say only the kind and the place are
logged. Read `logger` first.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final

import structlog

_ALLOWED_LENGTH = 120
PERMITTED_KEYS: Final = frozenset(
    {"event", "level", "timestamp", "kind", "at", "source", "code", "needs", "remedy", "why", "fault"}
    | {"account", "case", "deadline", "id", "job", "loop", "notice", "person", "restriction", "space", "pool"}
    | {"accounts", "asked", "count", "done", "drifted", "failures", "faults", "held", "loops", "notices", "others"}
    | {"ceiling", "refused", "spaces", "things", "took_ms", "work_items"}
    | {"authentic", "became", "channel", "command", "fact", "mode", "part", "place", "to", "what", "where"}
)
"""What a line may say: ids, kinds, counts, and words of our own. A key that is not among these may be anybody's words."""

Logger = structlog.stdlib.BoundLogger


def logger(name: str) -> Logger:
    """Return the logger of one package."""
    bound: Logger = structlog.get_logger(name)
    return bound


def location_of(error: BaseException) -> str:
    """Return where in the code the error arose, as `file.py:line`.

    That may be logged of an error whose words may not.
    """
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return ""
    return f"{Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}"


def redact(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Withhold whatever is not known to be an id, a kind or a count, and cut long values; of an error, kind and place stay."""
    error = _error_of(event.pop("exc_info", None))
    if error is not None:
        # An error's words, and the values in its frames, may be a report's.
        event.update(kind=type(error).__name__, at=location_of(error))
    for key in list(event):
        if key not in PERMITTED_KEYS:
            event[key] = "[withheld]"
        elif isinstance(event[key], str) and len(event[key]) > _ALLOWED_LENGTH:
            event[key] = event[key][:_ALLOWED_LENGTH] + "…"
    return event


class LibraryLogHandler(logging.Handler):
    """What libraries log: which, how gravely, and the kind and place of an error; never their words.

    Those may be ours.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line to our own log, without what it says."""
        error = record.exc_info[1] if record.exc_info else None
        facts = {} if error is None else {"kind": type(error).__name__, "at": location_of(error)}
        library_log = logger("libraries")
        write = library_log.error if record.levelno >= logging.ERROR else library_log.warning
        write("library.spoke", source=record.name, **facts)


def configure(*, as_json: bool, level: int = logging.INFO) -> None:
    """Write log lines to standard error, as JSON where a program reads them."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[LibraryLogHandler()], level=max(level, logging.WARNING), force=True)
    for noisy in ("discord", "github", "urllib3", "uvicorn", "aiohttp"):
        logging.getLogger(noisy).setLevel(max(level, logging.ERROR))


def _error_of(given: object) -> BaseException | None:
    """Return the error behind what a log call was given as `exc_info`."""
    if isinstance(given, BaseException):
        return given
    return (given[1] if isinstance(given, tuple) else sys.exc_info()[1]) if given else None
