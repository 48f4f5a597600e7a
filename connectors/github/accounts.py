"""How accounts are read on GitHub: by an id that stays, while logins change hands; and the blocks, page by page.

Read `GithubAccounts` first."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

from connectors.github import translate
from connectors.github.client import FAULTS, GithubClient, GithubConfig, Response
from connectors.http import FIRST_PAUSE, Caller, CallFailed, ErrorMapping, Priority
from guardian.clock import Clock
from guardian.ids import SpaceName
from guardian.spaces.outcomes import Gone, Rejected, Unavailable
from guardian.spaces.port import Account

A = TypeVar("A")
CHANGE_COST = 5


class GithubAccounts:
    """The accounts of one organisation, as an App that is installed in it reads them."""

    def __init__(self, config: GithubConfig, clock: Clock, *, first_pause: timedelta = FIRST_PAUSE) -> None:
        self._config = config
        self._client = GithubClient(config)
        error_mapping = ErrorMapping(FAULTS, translate.translate_error, self._client.response_date)
        self._caller = Caller(
            config.name, clock, error_mapping, config.call_ceiling, config.rate_per_minute, first_pause=first_pause
        )

    @property
    def name(self) -> SpaceName:
        """The configured name."""
        return self._config.name

    async def _request(self, call: Callable[[], Response], priority: Priority = Priority.OBSERVATION) -> Response:
        return await self._caller.request(call, priority)

    async def _change(
        self,
        account: Account,
        call: Callable[[], Response],
        priority: Priority = Priority.ACTION,
        *,
        repeatable: bool = True,
    ) -> Response:
        """A request that changes something; `again` where doing it twice is doing it once."""
        tries = {} if repeatable else {"tries": 1}
        return await self._caller.request(call, priority, acts_on=account, cost=CHANGE_COST, **tries)

    async def _current_login(self, account: Account, priority: Priority = Priority.OBSERVATION) -> str | None:
        """The login that the account has at this moment; None where GitHub says that there is no such account."""
        found = await self._read_account(account, priority)
        return None if found is None else str(found["login"])

    async def _read_account(
        self, account: Account, priority: Priority = Priority.OBSERVATION
    ) -> Mapping[str, Any] | None:
        native_id = account.native_id
        if not native_id.isdigit():
            raise CallFailed(Rejected("an account of GitHub is named by a number"))
        response = await self._request(lambda: self._client.account(native_id), priority)
        if response.status == 404:
            return None
        if not isinstance(response.body, dict) or str(response.body.get("id")) != native_id:
            raise CallFailed(Unavailable("GitHub answered about somebody else"))
        found: Mapping[str, Any] = response.body
        return found

    async def _read_first_blocks(self) -> tuple[set[str], bool]:
        """The ids on the first page of blocks, and whether these are all. Without the permission it is Failed, so what
        follows in the same look may take a 404 for a no."""
        page = await self._request(lambda: self._client.blocks(1))
        return _ids(page), page.last_page

    async def _require_login(self, account: Account, priority: Priority = Priority.ACTION) -> str:
        """The login at this moment. Failed with Gone only where our permission is proven; a 404 alone proves nothing."""
        login = await self._current_login(account, priority)
        if login is None:
            await self._read_first_blocks()
            raise CallFailed(Gone())
        return login

    async def _read_pages(
        self, page_of: Callable[[int], Response], priority: Priority, keep: Callable[[Mapping[str, Any]], A]
    ) -> list[A]:
        """What is kept of each row. No page is kept as a whole: of blocks there may be thousands."""
        rows: list[A] = []
        for number in count(1):
            page = await self._request(lambda number=number: page_of(number), priority)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            if not isinstance(page.body, list):
                raise CallFailed(Unavailable("GitHub answered about something else"))
            rows += map(keep, page.body)
            if page.last_page or not page.body:
                break
        return rows


def _ids(page: Response) -> set[str]:
    if not isinstance(page.body, list):
        raise CallFailed(Unavailable("GitHub answered about something else"))
    return {str(row["id"]) for row in page.body}
