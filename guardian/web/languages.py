"""The language of whoever reads a page: the one that they chose, else the first of their browser's that is kept.

Read `reader_language` first.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from guardian.notices.translations import kept_language

LANGUAGE_COOKIE: Final = "language"
_LONGEST_HEADER: Final = 500


def chosen_language(request: Request, cookie: str) -> str | None:
    """Return the language that was chosen in this browser; None where none was."""
    return kept_language(request.cookies.get(cookie, "")[:_LONGEST_HEADER])


def reader_language(request: Request, cookie: str, default: str) -> str:
    """Return the language to write in: chosen, or the browser's own first one that is kept, or the default."""
    return chosen_language(request, cookie) or accepted_language(request.headers.get("accept-language", "")) or default


def accepted_language(header: str) -> str | None:
    """Return the kept language that an Accept-Language header likes best (RFC 9110, 12.5.4); None where it names none."""
    ranges = [part.partition(";") for part in header[:_LONGEST_HEADER].split(",")]
    liked = [(-_weight(options), kept_language(name)) for name, _, options in ranges]
    return next((language for weight, language in sorted(liked, key=lambda each: each[0]) if weight and language), None)


def remember_language(response: Response, cookie: str, language: str, *, secure: bool) -> None:
    """Have the browser carry the language until it is closed; it says nothing about anybody."""
    response.set_cookie(cookie, language, path="/", secure=secure, httponly=True, samesite="lax")


def _weight(options: str) -> float:
    name, _, number = options.strip().partition("=")
    try:
        return min(1.0, max(0.0, float(number))) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
