"""The pages over a real desk, and a browser of sorts that follows their forms."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders.community import Community, a_community
from tests.builders.pages import Pages, open_pages


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """The working group of six, the Board, a moderator, and three spaces."""
    async with a_community(tmp_path) as opened:
        yield opened


@pytest.fixture
async def pages(community: Community) -> AsyncIterator[Pages]:
    """The pages of that community, as one browser sees them."""
    async with open_pages(community) as opened:
        yield opened
