"""GitHub on the stage of the contract suite: the connector with PyGithub, against the emulator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.emulators.github.server import GithubEmulator
from connectors.emulators.github.state import GithubState, Role
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.github.client import GithubConfig
from connectors.github.space import GithubSpace
from guardian.ids import SpaceName
from guardian.spaces.port import Account
from rules.precedence import AccessLevel
from tests.contracts.schemas.github import validate_history
from tests.contracts.stages import Feature, StageClock

CEILING = timedelta(seconds=1)
FEATURES = frozenset({Feature.ATTRIBUTES, Feature.ENTITLEMENTS})


@dataclass(slots=True)
class GithubStage:
    """One organisation with an owner and two members, one of them in a team; it pays for an audit log."""

    clock: StageClock
    emulator: GithubEmulator
    space: GithubSpace
    account: Account
    other: Account
    stranger: Account
    handle: str = "rowan"
    owner: str = "robin"
    features: frozenset[Feature] = field(default_factory=lambda: FEATURES)

    def access_levels(self, account: Account) -> frozenset[AccessLevel]:
        barred = self.emulator.was_blocked(account.native_id, self.clock.now())
        return frozenset({AccessLevel.BARRED} if barred else ())

    def inbox(self, account: Account) -> list[str]:
        return []

    def restrict_manually(self, account: Account, level: AccessLevel) -> None:
        self.emulator.manual_actions.remove_by_hand(self.owner, self._login(account))
        self.emulator.manual_actions.block_by_hand(self.owner, self._login(account))

    def release_manually(self, account: Account, level: AccessLevel) -> None:
        self.emulator.manual_actions.unblock_by_hand(self.owner, self._login(account))

    def rejoin(self, account: Account) -> None:
        self.emulator.add_member(self._login(account))

    def close_inbox(self, account: Account) -> None:
        return None

    def break_down(self) -> None:
        self.fault(FaultKind.SERVER_ERROR, status=502)

    def stop_answering(self) -> None:
        self.fault(FaultKind.LATENCY, seconds=4 * CEILING.total_seconds())

    def answer_oddly(self, body: object) -> None:
        self.emulator.set_fault(Fault(kind=FaultKind.ODD_ANSWER, body=body))

    def refuse(self) -> None:
        self.fault(FaultKind.NO_PERMISSION)

    def lose_responses(self) -> None:
        for operation in ("block.put", "block.delete"):
            self.fault(FaultKind.LOST_ANSWER, operation)

    def heal(self) -> None:
        self.emulator.faults.clear()

    def fault(self, kind: FaultKind, operation: str = "*", *, seconds: float = 0.0, status: int = 500) -> None:
        """The fault stands until all is healed."""
        self.emulator.set_fault(Fault(kind=kind, operation=operation, seconds=seconds, status=status))

    def _login(self, account: Account) -> str:
        return self.emulator.state.accounts[int(account.native_id)].login


@asynccontextmanager
async def github_stage() -> AsyncIterator[GithubStage]:
    """An organisation, and the space over it."""
    clock = StageClock()
    state = GithubState(paid=True)
    emulator = GithubEmulator(state, now=clock.now, enforce_limits=False, private_key_pem=_key())
    emulator.add_member("robin", Role.OWNER)
    emulator.add_team("helpers", "rowan")
    emulator.add_webhook("http://127.0.0.1:9/hooks/github")
    await emulator.start()
    space = GithubSpace(_config(emulator), clock, first_pause=timedelta(milliseconds=5))
    accounts = (str(emulator.add_member("rowan").id), str(emulator.add_member("wren").id), "987654321")
    try:
        rowan, wren, nobody = (Account(space.name, native_id) for native_id in accounts)
        yield GithubStage(clock=clock, emulator=emulator, space=space, account=rowan, other=wren, stranger=nobody)
        assert validate_history(emulator.history) == []
    finally:
        await space.close()
        await emulator.stop()


@cache
def _key() -> str:
    """A private key, made once: making one takes longer than a test."""
    key = generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def _config(emulator: GithubEmulator) -> GithubConfig:
    return GithubConfig(
        name=SpaceName("github"),
        organization=emulator.organization,
        app_id=emulator.app_id,
        private_key_pem=emulator.private_key_pem,
        installation_id=emulator.installation_id,
        api_url=emulator.url,
        call_ceiling=CEILING,
        webhook_secret=emulator.webhook_secret,
        rate_per_minute=100_000,
    )
