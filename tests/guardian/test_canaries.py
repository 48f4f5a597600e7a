"""Over a whole journey nothing that names or quotes anybody stands in the log, in the journal, or in the files."""

import base64
import binascii
import gzip
import logging
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import structlog

from guardian.cases.case import PartyRole
from guardian.cases.drafts import DraftKind
from guardian.ids import SanctionId
from guardian.logs import configure
from guardian.notices.delivery_routes import RouteFinder
from guardian.notices.models import Notice
from guardian.notices.outbox import DeliveryHandlers, Outbox
from guardian.notices.renderer import NoticeRenderer
from guardian.services.decisions import drafts, enactment
from guardian.services.decisions.drafts import DraftInput
from guardian.services.decisions.enactment import record_person_notified
from guardian.services.identity import linking
from guardian.services.parties import personal_page
from guardian.services.reports.intake import EvidenceInput
from guardian.storage.unit_of_work import SqlReadView, SqlUnitOfWork
from tests.builders.canary_search import find_words
from tests.builders.community import (
    A_REPORTER,
    AMARA,
    BRUNO,
    DISCORD,
    DMITRI,
    ELENI,
    FORUM,
    Community,
    a_community,
    everybody,
)
from tests.builders.journey import DAY, Journey, a_suspension, journey_in
from tests.builders.pages import open_pages

REPORTER_HANDLE = "quillwort-reporter"
PERSON_HANDLE = "brambleking"
SAID = "They called me a wombatface in the kitchen channel."
CANARIES = (
    SAID,
    "wombatface",
    REPORTER_HANDLE,
    PERSON_HANDLE,
    "ottoline-witness",
    "thimblerig-reason",
    "vellichor-draft",
    "susurrus-heard",
    "screenshot-of-pelican",
    "evidence-of-osprey",
    A_REPORTER.native_id,
    "700000000000000031",
    "interaction-887766",
    *(member.name for member in everybody()),
)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Logging is as it was, whatever a test made of it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with a_community(tmp_path) as opened:
        yield opened


async def reported(community: Community) -> Journey:
    """A report from Discord, with evidence, whose person has an account in two spaces."""
    community.spaces[DISCORD].add("700000000000000031", PERSON_HANDLE)
    community.spaces[FORUM].add("31", PERSON_HANDLE)
    picture = EvidenceInput(
        kind="file",
        file_name="screenshot-of-pelican.png",
        content=b"evidence-of-osprey",
        text="ottoline-witness saw it",
    )
    case = await community.a_case(
        what_happened=SAID,
        who=PERSON_HANDLE,
        reporter=A_REPORTER,
        reporter_handle=REPORTER_HANDLE,
        evidence=(picture,),
        delivery="interaction-887766",
    )
    person = await linking.identify_reported_person(community.app, BRUNO, case.code_name, DISCORD, PERSON_HANDLE)
    made = await linking.propose_link(community.app, AMARA, person, FORUM, PERSON_HANDLE, "ottoline-witness says so")
    await community.read_and_confirm(ELENI, case.code_name, made.link)
    return await journey_in(community, case, person)


async def lived_through(community: Community) -> list[str]:
    """The journey from report to closing, with a promise that fails on the way; every receipt that was given out."""
    journey = await reported(community)
    app = community.app
    receipt = await journey.hold_hearing("susurrus-heard: I was tired.")
    draft = await drafts.write_draft(
        app, AMARA, journey.code_name, DraftInput(DraftKind.ANSWER, PartyRole.REPORTER, "vellichor-draft: thank you.")
    )
    await drafts.approve_draft(app, DMITRI, draft.id)
    await journey.agree(a_suspension(summary="thimblerig-reason", conditions="thimblerig-reason"))
    await journey.read_letter()
    await journey.pass_time(4 * DAY)
    await journey.record_notification(await enactment.enact(app, BRUNO, journey.code_name))
    await delivered(community)
    await personal_page.read_page(app, receipt)
    async with open_pages(community) as pages:
        second = await pages.report(what_happened=SAID, witnesses="ottoline-witness")
        await pages.follow_up(second)
        await community.report(what_happened=SAID)
    await broken_promise(community)
    return [receipt, second]


async def delivered(community: Community) -> None:
    """The outbox has tried everything that waits, and one space answers with an error of its own."""

    async def told(uow: SqlUnitOfWork, sanction: SanctionId, proof: str | None) -> None:
        await record_person_notified(uow, sanction, proof)

    async def may(view: SqlReadView, notice: Notice) -> bool:
        return True

    outbox: Outbox[SqlReadView, SqlUnitOfWork] = Outbox(
        community.units_of_work,
        community.clock,
        RouteFinder(community.app.spaces, None),
        NoticeRenderer("Example", "https://guardian.example"),
        DeliveryHandlers(may, told),
    )
    await outbox.deliver_due()


async def broken_promise(community: Community) -> None:
    """Something goes wrong in a sweep with the words of a report in its frames."""
    async with community.units_of_work.read() as view:
        told = [n for case in await view.cases.cases() for n in await view.notices.of_case(case.id)][-3:]
    words = [SAID, REPORTER_HANDLE, *(str(dict(notice.facts)) for notice in told)]
    try:
        _fails_with(words)
    except RuntimeError:
        structlog.get_logger("services").exception("deadline.has_failed", deadline="0198")
        logging.getLogger("asyncio").exception("%s was never retrieved", words)


def _fails_with(words: list[str]) -> None:
    raise RuntimeError(words)


def stored(folder: Path) -> bytes:
    """Every byte of the database."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("guardian.sqlite*")))


HIDINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda text: text,
    "capitals": bytes.upper,
    "base64": base64.b64encode,
    "base64 of a mail": base64.encodebytes,
    "base64 of an address": base64.urlsafe_b64encode,
    "quoted-printable": lambda text: b"".join(b"=%02X" % byte for byte in text),
    "UTF-16": lambda text: text.decode().encode("utf-16"),
    "an address": lambda text: b"".join(b"%%%02x" % byte for byte in text),
    "JSON": lambda text: b"".join(b"\\u%04x" % ord(letter) for letter in text.decode()),
    "hex": binascii.hexlify,
    "deflated": zlib.compress,
    "gzip": gzip.compress,
    "deflated, then base64": lambda text: base64.b64encode(zlib.compress(text)),
}


@pytest.mark.parametrize("hiding", HIDINGS)
def test_the_search_finds_a_word_however_it_is_written(hiding: str) -> None:
    """A search that cannot find proves nothing: in each way the word is planted once, and found."""
    noise = bytes(range(256)) * 3
    planted = noise + b" " + HIDINGS[hiding](SAID.encode()) + b" " + noise
    assert find_words(planted, ["wombatface", "pelican"]) == ["wombatface"]
    assert find_words(noise, ["wombatface"]) == []


async def test_nobodys_name_or_words_leave_the_service_by_its_log_or_its_files(
    community: Community, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Field 12, P-2.6: a log is read by operators and a file is copied by whoever holds the disk."""
    configure(as_json=False, level=logging.DEBUG)
    receipts = await lived_through(community)
    said = capsys.readouterr()
    logged = said.err + said.out
    assert "deadline.has_failed" in logged
    assert "library.spoke" in logged
    async with community.units_of_work.read() as view:
        lines = await view.journal.after(0)
        code_names = [case.code_name for case in await view.cases.cases()]
    about = repr([(line.act, line.by, line.authority, dict(line.about)) for line in lines])
    kept = stored(tmp_path)
    secrets = [*CANARIES, *receipts, *(receipt.replace("-", "") for receipt in receipts)]
    assert find_words(logged.encode(), secrets) == []
    assert find_words(about.encode(), secrets) == []
    assert find_words(kept, secrets) == []
    assert all(name.encode() in kept for name in code_names), "the file that was searched is the one that was written"
