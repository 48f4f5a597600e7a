"""The forum on the stage of the contract suite: the connector with pydiscourse, against the emulator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.emulators.forum.server import ForumEmulator
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.forum.client import ForumConfig
from connectors.forum.space import ForumSpace
from guardian.ids import SpaceName
from guardian.spaces.port import Account
from rules.precedence import AccessLevel
from tests.contracts.schemas.forum import validate_history
from tests.contracts.stages import Feature, StageClock

CEILING = timedelta(seconds=1)
FEATURES = frozenset({Feature.SENDS_MESSAGES, Feature.RECOGNIZES_REPEATS, Feature.ATTRIBUTES})


@dataclass(slots=True)
class ForumStage:
    """One forum with an administrator, whose key we have, a moderator, and two people."""

    clock: StageClock
    emulator: ForumEmulator
    space: ForumSpace
    account: Account
    other: Account
    stranger: Account
    handle: str = "rowan"
    moderator: str = "robin"
    features: frozenset[Feature] = field(default_factory=lambda: FEATURES)

    def access_levels(self, account: Account) -> frozenset[AccessLevel]:
        now = self.clock.now()
        muted = {AccessLevel.MUTED} if self.emulator.was_silenced(account.native_id, now) else set()
        return frozenset(
            muted | ({AccessLevel.BARRED} if self.emulator.was_suspended(account.native_id, now) else set())
        )

    def inbox(self, account: Account) -> list[str]:
        state, native_id = self.emulator.state, int(account.native_id)
        topics = [t for t in state.topics.values() if native_id in t.allowed and t.user_id > 0]
        return [post.raw for topic in topics for post in state.posts_of(topic)]

    def restrict_manually(self, account: Account, level: AccessLevel) -> None:
        end = self.clock.now() + timedelta(days=3)
        hand = (
            self.emulator.manual_actions.suspend_by_hand
            if level is AccessLevel.BARRED
            else self.emulator.manual_actions.silence_by_hand
        )
        hand(self.moderator, self._name(account), end, "seen it myself")

    def release_manually(self, account: Account, level: AccessLevel) -> None:
        hand = (
            self.emulator.manual_actions.unsuspend_by_hand
            if level is AccessLevel.BARRED
            else self.emulator.manual_actions.unsilence_by_hand
        )
        hand(self.moderator, self._name(account))

    def rejoin(self, account: Account) -> None:
        return None

    def close_inbox(self, account: Account) -> None:
        """Only a suspension keeps a moderator's message from being read."""
        self.restrict_manually(account, AccessLevel.BARRED)

    def break_down(self) -> None:
        self.fault(FaultKind.SERVER_ERROR, status=502)

    def stop_answering(self) -> None:
        self.fault(FaultKind.LATENCY, seconds=4 * CEILING.total_seconds())

    def answer_oddly(self, body: object) -> None:
        self.emulator.set_fault(Fault(kind=FaultKind.ODD_ANSWER, body=body))

    def refuse(self) -> None:
        self.fault(FaultKind.NO_PERMISSION)

    def lose_responses(self) -> None:
        for operation in ("user.suspend", "user.silence", "user.unsuspend", "user.unsilence", "post.create"):
            self.fault(FaultKind.LOST_ANSWER, operation)

    def heal(self) -> None:
        self.emulator.faults.clear()

    def fault(self, kind: FaultKind, operation: str = "*", *, seconds: float = 0.0, status: int = 500) -> None:
        """The fault stands until all is healed."""
        self.emulator.set_fault(Fault(kind=kind, operation=operation, seconds=seconds, status=status))

    def _name(self, account: Account) -> str:
        return self.emulator.state.users[int(account.native_id)].username


OURS = "http://127.0.0.1:9/hooks/forum"
"""Where the forum's webhook leads; nobody listens there."""

TOLD = {"user_suspended", "user_unsuspended", "reviewable_created", "reviewable_updated"}


@asynccontextmanager
async def forum_stage() -> AsyncIterator[ForumStage]:
    """A forum, and the space over it."""
    clock = StageClock()
    emulator = ForumEmulator(now=clock.now, enforce_limits=False)
    emulator.add_user("keeper", admin=True)
    emulator.add_user("robin", moderator=True)
    emulator.state.settings["hide_suspension_reasons"] = True
    await emulator.start()
    space = ForumSpace(_config(emulator), clock, first_pause=timedelta(milliseconds=5))
    emulator.add_webhook(OURS, "a secret of the site", TOLD)
    accounts = (str(emulator.add_user("rowan").id), str(emulator.add_user("wren").id), "987654321")
    try:
        rowan, wren, nobody = (Account(space.name, native_id) for native_id in accounts)
        yield ForumStage(clock=clock, emulator=emulator, space=space, account=rowan, other=wren, stranger=nobody)
        assert validate_history(emulator.history) == []
    finally:
        await space.close()
        await emulator.stop()


def _config(emulator: ForumEmulator) -> ForumConfig:
    return ForumConfig(
        name=SpaceName("forum"),
        base_url=emulator.url,
        api_key=emulator.add_key("keeper"),
        api_username="keeper",
        call_ceiling=CEILING,
        webhook_secret="a secret of the site",
        rate_per_minute=100_000,
    )
