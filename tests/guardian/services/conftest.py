"""A desk with a community behind it, for every test of the desk."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders.community import Community, a_community


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """The working group of six, the Board, a moderator, and three spaces."""
    async with a_community(tmp_path) as opened:
        yield opened
