"""A running emulator with a few people, and the hours that its case time is read from."""

from collections.abc import AsyncIterator

import pytest

from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.discord.state import DiscordState
from tests.connectors.emulators.discord.client_bot import BEGAN, ManualClock
from tests.contracts.schemas.discord import validate_history


@pytest.fixture
def hours() -> ManualClock:
    """Case time, standing at its beginning."""
    return ManualClock()


@pytest.fixture
async def emulator(hours: ManualClock) -> AsyncIterator[DiscordEmulator]:
    """An emulated Discord on loopback; whatever it answered is held against our schemas afterwards."""
    emulated = DiscordEmulator(DiscordState(begun=BEGAN), now=hours.now, answer_window_s=0.4)
    await emulated.start()
    yield emulated
    await emulated.stop()
    assert validate_history(emulated.history) == []


@pytest.fixture
def ada(emulator: DiscordEmulator) -> str:
    """A member without roles."""
    return emulator.state.add_member(emulator.state.add_user("ada"))


@pytest.fixture
def ben(emulator: DiscordEmulator) -> str:
    """Another member without roles."""
    return emulator.state.add_member(emulator.state.add_user("ben"))
