"""An organisation on loopback, its people, and the space over it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.emulators.github.server import GithubEmulator
from connectors.emulators.github.state import Role
from connectors.github.client import GithubConfig
from connectors.github.space import GithubSpace
from guardian.ids import SpaceName
from tests.fakes.clock import FrozenClock


@pytest.fixture(scope="session")
def private_key_pem() -> str:
    key = generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
async def github(clock: FrozenClock, private_key_pem: str) -> AsyncIterator[GithubEmulator]:
    emulator = GithubEmulator(now=clock.now, enforce_limits=False, private_key_pem=private_key_pem)
    emulator.add_member("morgan", Role.OWNER)
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
def config(github: GithubEmulator) -> GithubConfig:
    return GithubConfig(
        name=SpaceName("github"),
        organization=github.organization,
        app_id=github.app_id,
        private_key_pem=github.private_key_pem,
        installation_id=github.installation_id,
        api_url=github.url,
        call_ceiling=timedelta(seconds=5),
        rate_per_minute=100_000,
        webhook_secret=github.webhook_secret,
    )


SpaceWith = Callable[..., GithubSpace]


@pytest.fixture
async def space_with(config: GithubConfig, clock: FrozenClock) -> AsyncIterator[SpaceWith]:
    """Makes spaces over the organisation, with these values changed in their configuration."""
    made: list[GithubSpace] = []

    def make(**changes: object) -> GithubSpace:
        made.append(GithubSpace(replace(config, **changes), clock, first_pause=timedelta(milliseconds=5)))  # type: ignore[arg-type]  # changed by field names
        return made[-1]

    yield make
    for space in made:
        await space.wait_until_idle()
        await space.close()


@pytest.fixture
def space(space_with: SpaceWith) -> GithubSpace:
    return space_with()
