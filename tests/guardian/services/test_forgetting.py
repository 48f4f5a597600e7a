"""A case is forgotten on its day, and every copy forgets with it; whoever is needed stays readable. Policy: P-9.5."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.cases.case import CaseState
from guardian.cases.case_records import StatedRecord
from guardian.cases.notes import Findings, Violation
from guardian.cases.proposals import Consequence, Decision
from guardian.cases.tasks import TaskKind
from guardian.errors import NotFound, Refused
from guardian.ids import DecisionId, new_id
from guardian.notices.models import NoticeState
from guardian.services.case_flow import get_case
from guardian.services.cases.marks import agree_to_mark, list_marks, mark_case
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions import closing as closings
from guardian.services.identity.linking import identify_reported_person, propose_link
from guardian.services.notes.determination import write_findings
from guardian.services.operations import deadline_runner
from guardian.services.parties import personal_page
from guardian.services.records.recorded_cases import counted_cases, recorded_facts
from guardian.services.records.sheet import SheetWords, read_sheet, state_in_sheet
from guardian.services.retention import expunction, holds
from guardian.services.retention.expunge_decisions import agree_to_expunge, propose_expunging
from guardian.services.worklist.tasks import list_tasks
from guardian.storage.key_rotation import rotate_keys
from rules.case_marks import CaseMarkKind
from rules.conflicts import ConflictReason
from rules.retention import RetentionGround
from tests.builders.community import AMARA, BRUNO, DISCORD, FORUM, Community, a_community
from tests.builders.journey import DAY, Journey, a_ban, a_journey, a_suspension, a_warning
from tests.builders.stolen_copy import Copy

SAID = "They called me a wombatface in the kitchen channel."
OTHER_SAID = "They posted a vellichor in every thread."
GONE = ("wombatface", "brambleking", "quillwort-reporter")
KEPT = ("vellichor", "thistlequeen")
YEAR = timedelta(days=365)


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with a_community(tmp_path / "home") as opened:
        yield opened


async def closed(community: Community, handle: str = "brambleking", said: str = SAID) -> Journey:
    """A case about the person that ended with a warning, and is closed."""
    journey = await a_journey(community, handle=handle, what_happened=said, reporter_handle="quillwort-reporter")
    await journey.enact(a_warning())
    await closings.close(community.app, BRUNO, journey.code_name, "Said sorry.")
    return journey


async def days_later(community: Community, by: timedelta) -> None:
    """So much later; the service has done each day what is due."""
    community.pass_time(by)
    await expunction.refresh_dates(community.app)
    await deadline_runner.run_due(community.app)
    await rotate_keys(community.units_of_work)


async def is_expunged(journey: Journey) -> bool:
    async with journey.community.units_of_work.read() as view:
        return await view.retention.expunged(journey.id) is not None


async def accounts_of(journey: Journey) -> int:
    async with journey.community.units_of_work.read() as view:
        return len(await view.people.accounts_of(journey.person))


# -- what a thief with every key finds in a copy


async def every_key(community: Community, *copies: Copy) -> dict[str, bytes]:
    """Each data key that the installation still holds, and each of the copies that its ring still opens."""
    await community.units_of_work._database.scrub()
    now, found = Copy.of_file(community.folder / "guardian.sqlite"), dict[str, bytes]()
    for each in (*copies, now):
        found |= each.data_keys_by(community.units_of_work.ring)
    return found


def raw_copy(community: Community, folder: Path) -> Copy:
    """The database file with its log beside it, as a snapshot of the disk has them."""
    folder.mkdir()
    for file in community.folder.glob("guardian.sqlite*"):
        shutil.copy(file, folder / file.name)
    return Copy.of_file(folder / "guardian.sqlite")


async def test_until_the_horizon_a_copy_of_the_whole_database_opens_as_it_was_made(
    community: Community, tmp_path: Path
) -> None:
    """P-9.5: the certificate says by when it does not."""
    await closed(community)
    copy = raw_copy(community, tmp_path / "snapshot")
    await days_later(community, YEAR + DAY)
    await days_later(community, community.app.policy.retention.forget_backups_after - 2 * DAY)
    assert GONE[0] in copy.read_with(await every_key(community, copy))


@pytest.mark.harm("forgotten-and-still-here")
async def test_what_is_expunged_is_nowhere_in_the_database_and_its_counts_stay(community: Community) -> None:
    """P-9.5: receipts, messages that wait, and what people are found by are part of it."""
    journey = await closed(community)
    receipt = await journey.receipt()
    await days_later(community, YEAR + DAY)
    now = Copy.of_file(community.folder / "guardian.sqlite")
    found = now.read_with(await every_key(community, now))
    assert [word for word in GONE if word in found] == []
    with pytest.raises(NotFound):
        await personal_page.read_page(community.app, receipt)
    async with community.units_of_work.read() as view:
        left = await view.retention.expunged(journey.id)
        assert [
            each.state for each in await view.notices.of_case(journey.id) if each.state is NoticeState.WAITING
        ] == []
    assert left is not None
    assert (left.reports, left.people, left.finding, left.outcomes) == (1, 1, "minor", ("warning",))
    assert left.copies_open_until - left.at == community.app.policy.retention.forget_backups_after


@pytest.mark.harm("forgotten-and-still-here")
async def test_what_an_expunged_case_said_of_an_account_is_gone_where_its_owner_stays(community: Community) -> None:
    """P-9.5: the words stand under the key of the person, whom another case still needs."""
    community.spaces[FORUM].add("31", "brambleking")
    journey = await a_journey(community, handle="brambleking", what_happened=SAID)
    words = "ottoline-witness says so"
    await propose_link(community.app, AMARA, journey.person_code, FORUM, "brambleking", words)
    banned = await a_journey(community, handle="brambleking", what_happened=OTHER_SAID)
    await banned.enact(a_ban())
    await write_findings(community.app, AMARA, journey.code_name, Findings("Nothing.", Violation.NO, "", ""))
    async with community.units_of_work.begin() as uow:
        case = await uow.cases.case(journey.id)
        assert case is not None
        await uow.cases.save_case(replace(case, state=CaseState.CLOSED, closed_at=uow.now))
    community.pass_time(YEAR)
    async with community.units_of_work.begin() as uow:
        other = await uow.cases.case(banned.id)
        assert other is not None
        await uow.cases.save_case(replace(other, state=CaseState.CLOSED, closed_at=uow.now))
    await days_later(community, YEAR)
    assert (await is_expunged(journey), await is_expunged(banned)) == (True, False)
    async with community.units_of_work.read() as view:
        links = await view.people.accounts_of(banned.person)
    assert len(links) == 2
    assert [link for link in links if words in repr(link)] == []


@pytest.mark.harm("forgotten-breaks-the-proof")
async def test_the_journal_is_whole_after_an_expunging_and_says_until_when_copies_open(community: Community) -> None:
    """P-9.5, P-9.8: the reasons in it are gone with the case, and that they are is no fault of the chain."""
    await closed(community)
    await days_later(community, YEAR + DAY)
    await days_later(community, community.app.policy.retention.forget_backups_after)
    async with community.units_of_work.read() as view:
        report = await view.journal.verify()
        lines = [line for line in await view.journal.after(0, 10_000) if line.act == "case.was_expunged"]
    assert report.is_intact
    assert [line.about["copies_open_until"] for line in lines] == [
        (lines[0].at + community.app.policy.retention.forget_backups_after).isoformat()
    ]


@pytest.mark.harm("forgotten-and-told-otherwise")
async def test_the_sheet_and_the_numbers_say_of_an_expunged_case_what_they_said(community: Community) -> None:
    """P-9.5, P-10.1: its counts stay, and what it came to is not told otherwise."""
    journey = await closed(community)
    await state_in_sheet(community.app, AMARA, journey.code_name, SheetWords(place="forum", source_words="some words"))
    before, counted = await read_sheet(community.app, AMARA), await _counted(community)
    await days_later(community, YEAR + DAY)
    assert await is_expunged(journey)
    after = await read_sheet(community.app, AMARA)
    assert [replace(line.row, source_words="") for line in before.lines] == [line.row for line in after.lines]
    assert await _counted(community) == counted


async def _counted(community: Community) -> object:
    async with community.units_of_work.read() as view:
        return counted_cases(await recorded_facts(view))


@pytest.mark.harm("forgotten-while-in-force")
async def test_a_flagged_record_is_kept(community: Community) -> None:
    """P-9.4: it would be irresponsible not to inform an event."""
    journey = await closed(community)
    async with community.units_of_work.begin() as uow:
        await uow.records.add_stated(
            StatedRecord(case=journey.id, person=journey.person, by=AMARA, at=uow.now, flagged=True)
        )
    await days_later(community, 2 * YEAR)
    assert not await is_expunged(journey)


async def test_the_page_of_an_expunged_case_says_so_and_shows_nobody(community: Community) -> None:
    """P-9.5: identifying data reads Expunged."""
    journey = await closed(community)
    await days_later(community, YEAR + DAY)
    file = await community.read_case(AMARA, journey.code_name)
    assert [each.report.what_happened for each in file.reports] == ["Expunged"]
    assert [each.accounts for each in file.people] == [()]
    page = await holds.read_retention(community.app, AMARA, journey.code_name)
    assert page.is_expunged


@pytest.mark.harm("forgotten-with-another")
async def test_somebody_whom_another_case_needs_stays_readable(community: Community) -> None:
    """P-9.5: a case that was not upheld goes, and the person who is banned for another stays."""
    first = await a_journey(community, handle="brambleking", what_happened=SAID)
    await write_findings(community.app, AMARA, first.code_name, Findings("Nothing.", Violation.NO, "", ""))
    banned = await a_journey(community, handle="thistlequeen", what_happened=OTHER_SAID)
    await banned.enact(a_ban())
    await days_later(community, 3 * YEAR)
    assert await accounts_of(banned) == 1
    assert not await is_expunged(banned)


@pytest.mark.harm("kept-for-anothers-sake")
async def test_of_two_people_in_a_case_one_is_forgotten_on_their_own_day(community: Community) -> None:
    """P-9.5: the other has broken the code again, so that the case is kept."""
    first = await a_journey(community, handle="brambleking", what_happened=SAID)
    again = await a_journey(community, handle="thistlequeen", what_happened=OTHER_SAID)
    await identify_reported_person(community.app, AMARA, first.code_name, DISCORD, "thistlequeen")
    await _settle(first, a_warning())
    await _settle(again, a_warning())
    await days_later(community, YEAR + DAY)
    assert (await is_expunged(first), await accounts_of(first), await accounts_of(again)) == (False, 0, 1)


async def _settle(journey: Journey, consequence: Consequence) -> None:
    """The case is closed with that outcome for everybody in it, as its group would have it."""
    case = await journey.case()
    async with journey.community.units_of_work.begin() as uow:
        await uow.deliberation.add_decision(
            Decision(id=DecisionId(new_id()), case=case.id, at=uow.now, consequence=consequence, enacted_at=uow.now)
        )
        await uow.cases.save_case(replace(case, state=CaseState.CLOSED, closed_at=uow.now))


@pytest.mark.harm("report-does-not-reset")
async def test_a_new_report_moves_the_date_until_it_is_found_to_be_no_violation(community: Community) -> None:
    """P-9.5."""
    journey = await closed(community)
    page = await holds.read_retention(community.app, AMARA, journey.code_name)
    former = page.retention.at
    community.pass_time(300 * DAY)
    new, _ = await community.a_named_case("brambleking", what_happened="Again!")
    moved = (await holds.read_retention(community.app, AMARA, journey.code_name)).retention
    assert (moved.ground, moved.provisional, moved.at) == (RetentionGround.NEW_REPORT, True, new.opened_at + YEAR)
    async with community.units_of_work.read() as view:
        found = await view.cases.case(new.id)
    assert found is not None
    await write_findings(community.app, AMARA, new.code_name, Findings("Nothing.", Violation.NO, "", ""))
    async with community.units_of_work.begin() as uow:
        await uow.cases.save_case(replace(found, state=CaseState.CLOSED, closed_at=uow.now))
    back = (await holds.read_retention(community.app, AMARA, journey.code_name)).retention
    assert (back.at, back.provisional) == (former, False)


@pytest.mark.harm("unfounded-report-prolongs")
async def test_a_report_that_two_members_mark_as_bad_faith_gives_the_date_back(community: Community) -> None:
    """P-2.9, P-9.5."""
    journey = await closed(community)
    former = (await holds.read_retention(community.app, AMARA, journey.code_name)).retention
    community.pass_time(300 * DAY)
    new, _ = await community.a_named_case("brambleking", what_happened="Again!")
    await mark_case(community.app, AMARA, new.code_name, CaseMarkKind.BAD_FAITH, "The same words for the tenth time.")
    assert (await holds.read_retention(community.app, AMARA, journey.code_name)).retention.provisional
    (mark,) = await list_marks(community.app, BRUNO, new.code_name)
    await agree_to_mark(community.app, BRUNO, new.code_name, mark.id)
    assert (await holds.read_retention(community.app, AMARA, journey.code_name)).retention == former


@pytest.mark.harm("forgotten-under-a-hold")
async def test_a_legal_hold_keeps_the_case_until_somebody_ends_it(community: Community) -> None:
    """P-9.5."""
    journey = await closed(community)
    now = community.clock.now()
    with pytest.raises(Refused, match="within 365 days"):
        await holds.place_hold(community.app, AMARA, journey.code_name, now + 2 * YEAR, "A court asks.")
    community.pass_time(300 * DAY)
    until = community.clock.now() + 200 * DAY
    await holds.place_hold(community.app, AMARA, journey.code_name, until, "A court asks.")
    await days_later(community, 100 * DAY)
    assert not await is_expunged(journey)
    await holds.end_hold(community.app, BRUNO, journey.code_name, "The court has closed its file.")
    await days_later(community, DAY)
    assert await is_expunged(journey)


async def a_serious_case(community: Community) -> Journey:
    """A closed case that has no day, since somebody may be in danger by it."""
    journey = await closed(community)
    async with community.units_of_work.begin() as uow:
        await uow.cases.save_case(replace(await get_case(uow, journey.id), safety_risk=True))
    return journey


@pytest.mark.harm("let-go-by-one-alone")
async def test_what_has_no_day_is_let_go_by_two_and_after_a_while(community: Community) -> None:
    """P-9.5, P-5.6: one alone lets nothing go, and the group has some weeks to keep it after all."""
    journey = await a_serious_case(community)
    name = journey.code_name
    await propose_expunging(community.app, AMARA, name, "Twelve years have passed.")
    decision = (await holds.read_retention(community.app, BRUNO, name)).decision
    assert decision is not None
    with pytest.raises(Refused, match="Another member"):
        await agree_to_expunge(community.app, AMARA, name, decision.id)
    await days_later(community, 2 * YEAR)
    assert not await is_expunged(journey)
    await agree_to_expunge(community.app, BRUNO, name, decision.id)
    await days_later(community, 29 * DAY)
    assert not await is_expunged(journey)
    await days_later(community, 2 * DAY)
    assert await is_expunged(journey)


async def test_what_waits_for_a_second_word_stands_on_the_list_of_all_but_its_author(community: Community) -> None:
    """P-9.5: nobody has to remember that a case waits to be let go; and it goes from the list with the second word."""
    kinds = {TaskKind.AGREE_TO_EXPUNGE}
    journey = await a_serious_case(community)
    await propose_expunging(community.app, AMARA, journey.code_name, "Twelve years have passed.")
    (task,) = await list_tasks(community.app, BRUNO, kinds=kinds)
    assert task.code_name == journey.code_name
    assert await list_tasks(community.app, AMARA, kinds=kinds) == ()
    decision = (await holds.read_retention(community.app, BRUNO, journey.code_name)).decision
    assert decision is not None
    await agree_to_expunge(community.app, BRUNO, journey.code_name, decision.id)
    assert await list_tasks(community.app, BRUNO, kinds=kinds) == ()


@pytest.mark.harm("let-go-by-one-alone")
async def test_what_was_let_go_is_kept_once_one_says_why(community: Community) -> None:
    """P-9.5: also where something else moves its day meanwhile."""
    journey = await a_serious_case(community)
    name = journey.code_name
    await propose_expunging(community.app, AMARA, name, "Twelve years have passed.")
    decision = (await holds.read_retention(community.app, BRUNO, name)).decision
    assert decision is not None
    await agree_to_expunge(community.app, BRUNO, name, decision.id)
    await holds.place_hold(community.app, AMARA, name, community.clock.now() + 60 * DAY, "A court asks.")
    await holds.keep_for_another_year(community.app, BRUNO, name, "They have been seen again.")
    page = await holds.read_retention(community.app, BRUNO, name)
    assert (page.decision, page.retention.ground) == (None, RetentionGround.SERIOUS)
    await days_later(community, YEAR)
    assert not await is_expunged(journey)


@pytest.mark.harm("date-tells-of-a-hidden-case")
async def test_what_is_let_go_tells_nobody_of_a_case_that_is_kept_from_them(community: Community) -> None:
    """P-4.2: who knows of one matter alone is not shown that there are two, and cannot let it go."""
    journey = await closed(community)
    second = await closed(community)
    await propose_expunging(community.app, AMARA, journey.code_name, "Twelve years have passed.")
    await recuse(community.app, BRUNO, second.code_name, ConflictReason.PERSONAL_RELATIONSHIP)
    page = await holds.read_retention(community.app, BRUNO, journey.code_name)
    assert (page.decision, page.retention.ground) == (None, RetentionGround.MINOR)
    assert await list_tasks(community.app, BRUNO, kinds={TaskKind.AGREE_TO_EXPUNGE}) == ()
    with pytest.raises(Refused, match="has a day"):
        await propose_expunging(community.app, BRUNO, journey.code_name, "Twelve years have passed.")


@pytest.mark.harm("forgotten-while-in-force")
async def test_a_case_whose_restriction_still_stands_in_a_space_waits(community: Community) -> None:
    """P-9.5: what lifts it there would be lost with the person."""
    journey = await a_journey(community, handle="brambleking", what_happened=SAID)
    await journey.enact(a_suspension(days=30))
    await days_later(community, 3 * YEAR)
    assert not await is_expunged(journey)


@pytest.mark.harm("forgotten-on-a-wrong-clock")
async def test_nothing_is_forgotten_while_the_clock_is_in_doubt(community: Community) -> None:
    """P-9.5."""
    journey = await closed(community)
    community.clock.trust = False
    await days_later(community, YEAR + DAY)
    assert not await is_expunged(journey)


@pytest.mark.harm("date-tells-of-a-hidden-case")
async def test_the_date_tells_nobody_of_a_case_that_is_kept_from_them(community: Community) -> None:
    """P-4.2: who is recused from a newer case about the person is shown the date as if there was none."""
    journey = await closed(community)
    former = (await holds.read_retention(community.app, AMARA, journey.code_name)).retention
    community.pass_time(100 * DAY)
    new, _ = await community.a_named_case("brambleking", what_happened="Again!")
    await recuse(community.app, AMARA, new.code_name, ConflictReason.PERSONAL_RELATIONSHIP)
    assert (await holds.read_retention(community.app, AMARA, journey.code_name)).retention == former
    assert (await holds.read_retention(community.app, BRUNO, journey.code_name)).retention != former
