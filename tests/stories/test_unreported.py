"""Only what was reported is kept: over a whole run nothing that nobody reported is found anywhere (P-2.7)."""

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from guardian.assembly.service import Service
from guardian.logs import configure
from guardian.sandbox.checks import forum_messages_to, messages_to
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.narration import Narrator
from guardian.sandbox.reporters import REPORT_MENU
from guardian.sandbox.stage import Stage, StoryContext

REPORTED = "It is the wobbegong that everybody reported."
BEFORE, AFTER = "quokka-before, said to nobody in particular", "numbat-after, said in answer to it"
EDITED = "bilby-edited, which it said at first"
LETTER = "potoroo-letter, begun and never sent"
POSTED = "dunnart-posted, in a topic of the forum"
BETWEEN_TWO = "bettong-between, said to one person on the forum in private"
COMMENTED = "kowari-commented, below an issue, mentioning nobody"
UNREPORTED = ("quokka", "numbat", "bilby", "potoroo", "dunnart", "bettong", "kowari")
CALL = "@guardian-app please look at how they speak here."
SITE = "website"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Logging is as it was, whatever a test made of it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


async def lived_through(stage: Stage) -> tuple[str, ...]:
    """A reported message among others, and a letter to the bot that its writer never sends. The tokens of what was asked."""
    discord, alder, wren = stage.world.discord, stage["alder"], stage["wren"]
    general = discord.state.general_id
    discord.say(alder.discord, general, BEFORE)
    message = discord.say(alder.discord, general, REPORTED)
    discord.say(wren.discord, general, AFTER)
    await discord.person(wren.discord).in_dm().write(LETTER)
    form = await discord.person(wren.discord).message_menu(REPORT_MENU, message)
    answered = await stage.group.submit(wren, form, {"what": "Look at this."})
    await stage.driver.run_until_idle()
    _said_elsewhere(stage)
    await stage.driver.pass_time(timedelta(minutes=11))
    case = await stage.group.newest_case(stage["nadia"])
    await stage.group.read_case(stage["nadia"], case)
    discord.say(alder.discord, general, EDITED)
    return form.token, answered.token


def _said_elsewhere(stage: Stage) -> None:
    """What the forum and GitHub would give the service for the asking, and what stands beside what is reported there."""
    forum, hub = stage.world.forum, stage.world.github
    forum.person("birch").publish("How do I install this?", POSTED)
    forum.person("birch").send_pm("linden", "Between us", BETWEEN_TWO)
    issue = hub.person("alder").open_issue(
        SITE, "The manual is clear enough", "Whoever does not see it should not be here."
    )
    hub.person("rowan").comment(SITE, issue, COMMENTED)
    hub.person("wren").comment(SITE, issue, CALL)


async def opened(stage: Stage) -> str:
    """Everything that the service holds of its cases, unsealed."""
    service = stage.service
    assert isinstance(service, Service)
    found: list[object] = []
    async with service.units_of_work.read() as view:
        for case in await view.cases.cases():
            found += [case, *await view.cases.reports_of(case.id), *await view.cases.additions_of(case.id)]
            found += await view.cases.evidence_of(case.id)
            found += [dict(notice.facts) for notice in await view.notices.of_case(case.id)]
    return repr(found)


async def test_nothing_of_what_nobody_reported_is_kept_logged_or_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """P-2.7, without the privileged intent that would let the service read it."""
    configure(as_json=False, level=logging.DEBUG)
    options = SandboxOptions(forum_inbox_every="10m", github_inbox_every="10m")
    async with StoryContext(folder=tmp_path, narrator=Narrator(io.StringIO())).open_stage(options) as stage:
        tokens = await lived_through(stage)
        held = await opened(stage)
        people = stage.world.community.people.values()
        inboxes = [text for h in people for text in (*messages_to(stage.world, h), *forum_messages_to(stage.world, h))]
        told = repr([text for text in inboxes if text != BETWEEN_TWO])
    logged = "".join(capsys.readouterr())
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert "commands.were_listed" in logged
    assert REPORTED in held
    assert CALL in held
    # With the token of an interaction anybody could answer in our name: it lives in memory alone.
    nowhere = (*UNREPORTED, *tokens)
    assert [name for name in nowhere if name in held + told + logged or name.encode() in files] == []
    assert REPORTED.encode() not in files
