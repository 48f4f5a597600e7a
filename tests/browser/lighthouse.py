"""`python -m tests.browser.lighthouse COMMAND...`: how accessible Lighthouse finds the pages where people report and the group works.

Needs Lighthouse (an npm package) and Chromium; `make lighthouse` brings the one and names the other. Not a part of
`make test`: axe-core, which most of the score is made of, judges every page there.
"""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from guardian.people.sign_ins import SignInWay
from guardian.services.cases.overview import list_open_case_names
from guardian.services.sign_in.sessions import open_session
from tests.browser.conftest import serve_pages
from tests.browser.test_every_console_page import lived
from tests.builders.community import AMARA, Community, a_community
from tests.conftest import BROWSERS

OUTSIDE: Final = ("/report", "/follow-up", "/personal")
PAGES: Final = ("/console", "/console/cases", "/console/act", "/console/sanctions", "/console/late", "/console/more")
FLAGS: Final = ("--quiet", "--only-categories=accessibility", "--output=json", "--disable-full-page-screenshot")
LEAST: Final = 100
"""What each page comes to; less is named with what is wrong, and ends in a failure."""


async def main(command: Sequence[str]) -> int:
    """0 when every page has the whole score."""
    async with _lived_community() as community, serve_pages(community) as address:
        session = await open_session(community.app, AMARA, SignInWay.LINK, is_proven=True)
        case = f"/console/cases/{(await list_open_case_names(community.app, AMARA))[0]}"
        paths = (*OUTSIDE, *PAGES, case, f"{case}/joining")
        found = {path: await _judge(command, address + path, session.secret) for path in paths}
    for path, (score, faults) in found.items():
        print(f"{score:>4} {path}{': ' if faults else ''}{'; '.join(faults)}")
    return 0 if all(score >= LEAST for score, _ in found.values()) else 1


@asynccontextmanager
async def _lived_community() -> AsyncIterator[Community]:
    with TemporaryDirectory() as folder:
        async with a_community(Path(folder)) as community:
            await lived(community)
            yield community


async def _judge(command: Sequence[str], address: str, secret: str) -> tuple[int, list[str]]:
    """The score of one page, and what is wrong on it."""
    browser = next(found for name in BROWSERS if (found := shutil.which(name)))
    headers = json.dumps({"Cookie": f"guardian-session={secret}"})
    flags = (*FLAGS, "--chrome-flags=--headless --no-sandbox --disable-gpu", f"--extra-headers={headers}")
    asked = await asyncio.create_subprocess_exec(
        *command, address, *flags, env={"CHROME_PATH": browser, "PATH": "/usr/bin:/bin"}, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asked.communicate()
    report = json.loads(said)
    wrong = [each["title"] for each in report["audits"].values() if each["score"] == 0]
    return round(100 * report["categories"]["accessibility"]["score"]), wrong


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
