"""Structured diagnostics that may be thrown away: `noun.past_verb`, ids and durations, never names or texts."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import structlog

_ALLOWED_LENGTH = 120
_FORBIDDEN_KEYS = frozenset(
    {"name", "handle", "login", "username", "text", "body", "content", "token", "secret", "receipt", "reason", "email"}
)

Logger = structlog.stdlib.BoundLogger


def logger(room: str) -> Logger:
    """The log of one room."""
    bound: Logger = structlog.get_logger(room)
    return bound


def place_of(error: BaseException) -> str:
    """Where in the code the error arose, as `file.py:line`: what may be logged of an error whose words may not be."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return ""
    return f"{Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}"


def redacted(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keys that could carry somebody's words or name are withheld; long values are cut."""
    for key in list(event):
        if key in _FORBIDDEN_KEYS:
            event[key] = "[withheld]"
        elif key != "exception" and isinstance(event[key], str) and len(event[key]) > _ALLOWED_LENGTH:
            event[key] = event[key][:_ALLOWED_LENGTH] + "…"
    return event


def configure(*, as_json: bool, level: int = logging.INFO) -> None:
    """Log lines go to standard error, as JSON where a program listens."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redacted,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    for noisy in ("discord", "github", "urllib3", "uvicorn", "aiohttp"):
        logging.getLogger(noisy).setLevel(max(level, logging.ERROR))
