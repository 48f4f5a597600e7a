"""PyGithub's requester, which keeps an answer as it came. Read `RecordingRequester` first."""

from collections.abc import Callable
from typing import Any

from github import GithubException
from github.Requester import Requester

Answer = tuple[int, dict[str, Any], str]
"""Status, headers with names in lower case, text."""


class RecordingRequester(Requester):
    """Records the answers to what the library's methods ask; for one thread at a time.

    These methods take for a success what is no error, a redirect or a proxy's page included. They keep status and
    headers to themselves, and fail on JSON of a shape that they do not expect. So they ask, and we judge.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._answers: list[Answer] = []

    def answer_to(self, ask: Callable[["RecordingRequester"], object]) -> Answer:
        """Return the answer to the request that `ask` makes; what the library thinks of the answer does not count."""
        self._answers.clear()
        try:
            ask(self)
        except (GithubException, AttributeError, TypeError, ValueError):
            if not self._answers:
                raise
        return self._answers[-1]

    def requestJson(self, *args: Any, **kwargs: Any) -> Answer:  # noqa: N802  # the library's name
        """Make one request, as the library does, and record its answer."""
        answer = super().requestJson(*args, **kwargs)
        self._answers.append(answer)
        return answer
