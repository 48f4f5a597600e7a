"""What the errors of GitHub's GraphQL API say, and which status each would have in the other API. Read `status_of` first."""

from typing import Any

_STATUSES = {"NOT_FOUND": 404, "FORBIDDEN": 403, "INSUFFICIENT_SCOPES": 403, "RATE_LIMITED": 429}


def status_of(errors: Any) -> int:
    """The status that the first error of the other API would have had in this one."""
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return _STATUSES.get(str(first.get("type")), 422 if first else 502)


def error_text(errors: Any) -> str:
    return "; ".join(str(e.get("message")) for e in errors if isinstance(e, dict)) if isinstance(errors, list) else ""
