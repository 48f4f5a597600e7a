"""The pictures of the README can be made anew: each shows a page of its own, and is small."""

from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium

from tests.browser.pictures import SHOWN, take_pictures
from tests.builders.community import Community

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_each_picture_is_of_a_page_that_is_there(
    chromium: Chromium, community: Community, served: str, tmp_path: Path
) -> None:
    await take_pictures(chromium, community, served, tmp_path)
    assert {path.name for path in tmp_path.glob("*.png")} == set(SHOWN)
