"""The ways that several stories of the records walk: a case that is filed at once, its page, and the envelopes for copies."""

import re
from datetime import timedelta
from typing import Final

from guardian.ids import SpaceName
from guardian.sandbox.browser import Browser
from guardian.sandbox.community import DISCORD
from guardian.sandbox.stage import Installation, Stage

ROUND: Final = timedelta(days=8)
"""Within it the service has looked at every closed case once."""
YEAR: Final = timedelta(days=365)
_ENVELOPE: Final = re.compile(r"^(?:[a-z]+ ){19,}[a-z]+$", re.MULTILINE)


async def report_on_page(stage: Stage, said: str, who: str, *, handled: bool = False) -> str:
    """Have somebody report on the page, where it may have been dealt with already; return the receipt."""
    typed = {"what_happened": said, "who": who, "hold_contact": "yes", **({"handled": "yes"} if handled else {})}
    async with Browser(stage.service.url) as browser:
        page = await browser.open("/report")
        receipt = (await browser.send(page, page.find_form("Send the report"), typed)).find_receipt()
    await stage.driver.run_until_idle()
    return receipt


async def file_case(stage: Stage, said: str, who: str, where: SpaceName = DISCORD) -> str:
    """Have somebody report what was dealt with already, name whom it is about, close the case, and return it."""
    await report_on_page(stage, said, who, handled=True)
    case = await stage.group.newest_case(stage["nadia"])
    await stage.group.name_person(stage["nadia"], case, who, where)
    await stage.group.close(stage["nadia"], case, "Dealt with on the spot.")
    await stage.driver.run_until_idle()
    return case


async def read_records_case(stage: Stage, case: str) -> str:
    """Return what the page of the case shows a member."""
    return (await stage.group.read_case(stage["nadia"], case)).text


async def make_envelopes(home: Installation) -> str:
    """Have the recovery key made, and return what somebody types who has the first and the last of its envelopes."""
    words = _ENVELOPE.findall(await home.run("keys", "recovery"))
    return f"{words[0]}\n{words[-1]}\n\n"
