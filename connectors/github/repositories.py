"""The repositories in which the App is installed, as far as GitHub shows them. Read `list_repositories` first."""

from itertools import count
from typing import Any

from connectors.github.client import Response
from connectors.github.connection import GithubConnection
from connectors.http import CallFailed, Priority
from guardian.spaces.outcomes import Unavailable


async def list_repositories(
    connection: GithubConnection, priority: Priority = Priority.OBSERVATION
) -> list[dict[str, Any]]:
    """Return the repositories of the installation; one that is absent may only not have been shown."""
    found: list[dict[str, Any]] = []
    for page in count(1):
        reply = await _read_page(connection, page, priority)
        rows = reply.body.get("repositories") if isinstance(reply.body, dict) else None
        if not isinstance(rows, list):
            raise CallFailed(Unavailable("GitHub answered about something else"))
        found += rows
        if not rows or len(found) >= int(reply.body.get("total_count") or 0):
            break
    return found


async def _read_page(connection: GithubConnection, page: int, priority: Priority) -> Response:
    return await connection.request(lambda github: github.repositories(page), priority)
