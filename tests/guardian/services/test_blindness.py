"""Somebody whom a report concerns lives in a world without it: the same answers, lists, counts, order and notices."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from guardian.errors import GuardianError
from guardian.ids import AccountId, MemberId
from guardian.services.cases.assignment import hand_over_contact, take_case
from guardian.services.cases.overview import list_cases
from guardian.services.conflicts.recusal import decide_pending_exclusion, recuse
from guardian.services.context import AppContext
from guardian.services.identity.linking import confirm_link, identify_reported_person, propose_link
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import ReceiptAccess, add_to_report, list_nameable_members, make_request
from guardian.services.reports.intake import ReporterRequest as Asked
from guardian.services.sign_in.links import create_link
from rules.conflicts import ConflictReason
from tests.builders.case_accounts import list_case_accounts
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, ELENI, Community, a_community

CODE = re.compile(r"\b[a-z]+-[a-z]+\b")


async def answer(act: Callable[[], Awaitable[object]]) -> str:
    """What an act answers, its refusals in full."""
    try:
        return repr(await act())
    except GuardianError as error:
        return f"{type(error).__name__} {error.sentence}"


async def lived(folder: Path, *, with_report: bool, guess: str = "") -> tuple[list[str], str]:
    """Everything that Dmitri gets to see, with two other reports before and after; and the name of the hidden case."""
    seen: list[str] = []
    async with a_community(folder) as community:
        await community.report()
        hidden = await a_hidden_case(community) if with_report else guess
        community.pass_time(timedelta(hours=1))
        await community.report(danger=True)
        app = community.app
        for act in acts(app, DMITRI, hidden or "velvet-nothing"):
            seen.append(await answer(act))
        for notice in await community.notices_to(DMITRI):
            seen.append(f"{notice.kind} {sorted(notice.facts)} {notice.created_at} {notice.state}")
    return [in_order(line) for line in seen], hidden


async def a_hidden_case(community: Community) -> str:
    """A case about Dmitri that lives a life of its own."""
    received = await community.report(named_members=(DMITRI,), who="grumbler")
    case = await community.case(received)
    community.spaces[DISCORD].add("700000000000000001", "grumbler")
    await identify_reported_person(community.app, BRUNO, case.code_name, DISCORD, "grumbler")
    await add_to_report(community.app, ReceiptAccess(received.receipt), AdditionInput("Dmitri did it again."))
    await make_request(community.app, ReceiptAccess(received.receipt), Asked.DO_NOT_CONTACT)
    await recuse(community.app, ELENI, case.code_name, ConflictReason.INVOLVED)
    return case.code_name


def acts(app: AppContext, by: MemberId, code: str) -> list[Callable[[], Awaitable[object]]]:
    """Everything that a member can try on a code name."""
    return [
        lambda: list_cases(app, by),
        lambda: list_nameable_members(app),
        lambda: create_link(app, by, code),
        lambda: take_case(app, by, code),
        lambda: hand_over_contact(app, by, code, AMARA),
        lambda: recuse(app, by, code, ConflictReason.OTHER, "We have met."),
        lambda: decide_pending_exclusion(app, by, code, by, stays_out=False, reason="Nothing in it."),
        lambda: identify_reported_person(app, by, code, DISCORD, "grumbler"),
        lambda: list_case_accounts(app, by, code),
        lambda: propose_link(app, by, code, DISCORD, "grumbler", "It is them."),
        lambda: confirm_link(app, by, AccountId("none")),
    ]


def in_order(line: str) -> str:
    """The line with code names by their order of first appearance."""
    names: dict[str, str] = {}
    return CODE.sub(lambda found: names.setdefault(found.group(), f"name{len(names)}"), line)


async def test_a_member_whom_a_report_concerns_sees_what_they_would_see_without_it(tmp_path: Path) -> None:
    """P-2.5, P-4.2"""
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    with_it, hidden = await lived(tmp_path / "with", with_report=True)
    without, _ = await lived(tmp_path / "without", with_report=False, guess=hidden)
    assert with_it == without
    assert sum("NEW_REPORT" in line or "new_report" in line for line in with_it) == 1


async def test_a_member_without_a_conflict_does_see_the_difference(tmp_path: Path) -> None:
    """The comparison above can fail: somebody who may know gets other answers."""
    async with a_community(tmp_path) as community:
        before = [await answer(act) for act in acts(community.app, BRUNO, "velvet-nothing")]
        hidden = await a_hidden_case(community)
        after = [await answer(act) for act in acts(community.app, BRUNO, hidden)]
    assert before != after
