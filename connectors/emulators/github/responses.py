"""How GitHub words its answers: accounts, memberships, teams, issues, and its refusals."""

from datetime import datetime
from typing import Any

from connectors.emulators.shared.server import Response

JSON = "application/json; charset=utf-8"
DOCUMENTATION = "https://docs.github.com/rest"


def format_instant(at: datetime) -> str:
    """Return the instant as GitHub writes it: whole seconds and Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def ok_response(body: Any, status: int = 200) -> Response:
    """Return an answer."""
    return Response(status, body, content_type=JSON)


def limit_body(limit: str, until: datetime, origin: str = "organization") -> dict[str, Any]:
    """Return a limit of interactions, and whether the organisation or a repository has it."""
    return {"limit": limit, "origin": origin, "expires_at": format_instant(until)}


def no_content_response() -> Response:
    """Return 204, without a body."""
    return Response(204)


def error_response(status: int, message: str) -> Response:
    """Return a refusal in GitHub's usual form."""
    return ok_response({"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}, status)


def not_found_response() -> Response:
    """Return 404: no such thing, or no right to know of it."""
    return error_response(404, "Not Found")


def forbidden_response() -> Response:
    """Return 403 for an app that lacks the permission."""
    return error_response(403, "Resource not accessible by integration")


def invalid_response(resource: str, message: str) -> Response:
    """Return 422 with the reason among the errors."""
    errors = [{"resource": resource, "code": "custom", "message": message}]
    body = {"message": "Validation Failed", "errors": errors, "documentation_url": DOCUMENTATION, "status": "422"}
    return ok_response(body, 422)
