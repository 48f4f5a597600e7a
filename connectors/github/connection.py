"""The one way to GitHub that the space, its inbox and its single things share: the client, and the line with its budget."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from connectors.github.client import GithubClient, GithubConfig, Response
from connectors.http import Caller, Priority

T = TypeVar("T")

_CHANGE_COST = 5


@dataclass(frozen=True, slots=True)
class GithubConnection:
    """Asks and changes; what fails is raised as Failed, in the words of the ports."""

    config: GithubConfig
    client: GithubClient
    caller: Caller

    async def request(self, call: Callable[[GithubClient], T], priority: Priority = Priority.OBSERVATION) -> T:
        """Return the answer to one request."""
        return await self.caller.request(lambda: call(self.client), priority)

    async def change(self, call: Callable[[GithubClient], T]) -> T:
        """Return the answer to one request that changes something; doing it twice is doing it once."""
        return await self.caller.request(lambda: call(self.client), Priority.ACTION, cost=_CHANGE_COST)

    async def query(
        self, text: str, variables: Mapping[str, Any], needs: str, priority: Priority = Priority.OBSERVATION
    ) -> Mapping[str, Any]:
        """Return what the other API answers to a question."""
        return await self.request(lambda github: github.query(text, variables, needs), priority)

    async def mutate(self, text: str, fields: Mapping[str, Any], needs: str) -> None:
        """Let the other API do what the text asks for with these fields."""
        await self.change(lambda github: github.query(text, {"input": dict(fields)}, needs))

    async def app_slug(self) -> str:
        """Return the name under which the App is mentioned."""
        response: Response = await self.request(lambda github: github.app())
        return str(response.body["slug"])
