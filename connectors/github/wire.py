"""The one way to GitHub that the space, its inbox and its single things share: the client, and the line with its budget."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from connectors.github.client import Github, GithubConfig, Reply
from connectors.http import Line, Urgency

T = TypeVar("T")

_CHANGE_COST = 5


@dataclass(frozen=True, slots=True)
class Wire:
    """Asks and changes; what fails is raised as Failed, in the words of the ports."""

    config: GithubConfig
    github: Github
    line: Line

    async def ask(self, call: Callable[[Github], T], urgency: Urgency = Urgency.LOOK) -> T:
        """The answer to one request."""
        return await self.line.ask(lambda: call(self.github), urgency)

    async def change(self, call: Callable[[Github], T]) -> T:
        """The answer to one request that changes something; doing it twice is doing it once."""
        return await self.line.ask(lambda: call(self.github), Urgency.ACT, cost=_CHANGE_COST)

    async def graph(
        self, text: str, variables: Mapping[str, Any], needs: str, urgency: Urgency = Urgency.LOOK
    ) -> Mapping[str, Any]:
        """What the other API answers to a question."""
        return await self.ask(lambda github: github.graph(text, variables, needs), urgency)

    async def mutate(self, text: str, fields: Mapping[str, Any], needs: str) -> None:
        """The other API has done what the text asks for with these fields."""
        await self.change(lambda github: github.graph(text, {"input": dict(fields)}, needs))

    async def slug(self) -> str:
        """The name under which the App is mentioned."""
        reply: Reply = await self.ask(lambda github: github.app())
        return str(reply.body["slug"])
