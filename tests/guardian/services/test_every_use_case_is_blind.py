"""Every use case that a member asks for answers a case kept from them as one that does not exist (P-2.5, P-4.2).

The use cases are found by a scan of `guardian.services`, so a new one cannot be forgotten: its parameters are known to
`arguments_for`, or it stands in `NOT_ASKED_BY_NAME` with the reason. `differences` is the comparison.
"""

import importlib
import inspect
import pkgutil
import re
import typing
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final

import pytest

from guardian import services
from guardian.cases.case import PartyRole
from guardian.cases.drafts import DraftKind
from guardian.cases.exclusions import ExclusionKind
from guardian.cases.handoffs import Urgency
from guardian.cases.measures import MeasureKind
from guardian.cases.notes import CaseAssessment, Findings, Inquiry, Violation
from guardian.cases.proposals import Consequence
from guardian.cases.unilateral_acts import OutsideAct, OutsideKind
from guardian.errors import GuardianError, Refused
from guardian.ids import MemberId
from guardian.people.api_tokens import TokenScope
from guardian.people.models import Group
from guardian.people.permissions import Seat
from guardian.services.context import AppContext
from guardian.services.data_requests.answers import AnswerInput
from guardian.services.decisions.drafts import DraftInput
from guardian.services.escalation.escalations import EscalationInput
from guardian.services.escalation.representatives import OutsideEscalationInput
from guardian.services.escalation.subjects import AccountSubject, MatterSubject
from guardian.services.measures.measures import MeasureRequest
from guardian.services.members import AccountInput
from guardian.services.membership.representatives import RepresentativeInput
from guardian.services.notes.thread import NoteInput
from guardian.services.pauses.pauses import PauseRequest
from guardian.services.raids.announcement import RaidPreview
from guardian.services.records.affiliates import ProgramInput
from guardian.services.records.event_checks import EventInput
from guardian.services.records.sheet import SheetWords
from guardian.services.records.sheet_files import SheetFormat, write_table
from guardian.services.records.summaries import SummaryWords
from guardian.services.records.yearly import YearlyWords
from guardian.services.reports.on_behalf import OralReport
from guardian.services.unilateral.act_input import ActInput
from guardian.services.unilateral.outside_acts import OutsideInput
from guardian.spaces.pauses import PauseKind
from rules.data_requests import DataOutcome, DataRefusal
from rules.escalation import OutsideGround
from rules.measures import MeasureReason
from rules.pauses import PauseReason
from rules.precedence import Restriction
from rules.shared_facts import SharedFactsInput
from rules.tracking_sheet import COLUMNS
from rules.unilateral import Ground
from rules.violation_types import ViolationType
from tests.builders.community import BRUNO, DISCORD, FARID
from tests.builders.hidden_cases import NEWCOMER, UNKNOWN, YARA, ZOE, HiddenWorld, Snapshot, hidden_world
from tests.builders.journey import a_warning
from tests.guardian.services.records.test_shared_facts import GIVEN

UseCaseFunction = Callable[..., Awaitable[object]]
Arguments = dict[str, Any]

NOT_ASKED_BY_NAME: Final = {
    "operations.setup.seat_members": "it seats members from a file of the operator's, and knows of no case",
}
SHOWN_TO_RECUSED: Final = {
    "cases.case_list.list_case_page": "as for the list of all: who stepped back may know that the case exists",
    "cases.overview.list_cases": "who stepped back may know that the case exists, and sees its name and that they did",
    "records.sheet.read_sheet": "who stepped back may know that the case exists, and sees its name and that they did",
}
"""The lists that say to a recused member, who knows of the case, that there is one (P-4.1)."""
_MOTION: Final = "this policy asks for no motion, whatever the case"
_NO_FOREIGN: Final = "no foreign restriction stands at any of the accounts"
_NO_ADVISER: Final = "nobody is an adviser here"
_NO_CASE: Final = "it offers names that no case has a part in"
_ANY_ACCOUNT: Final = "it answers for an account alike whether a case knows it or not"
ALIKE_FOR_ALL: Final = {
    "cases.marks.agree_to_mark": "no mark of that id stands in any case",
    "cases.marks.take_mark_back": "no mark of that id stands in any case",
    "advice.requests.answer_advice_request": _NO_ADVISER,
    "advice.requests.ask_adviser": _NO_ADVISER,
    "advice.requests.end_advice": _NO_ADVISER,
    "advice.advice_file.give_advice": _NO_ADVISER,
    "advice.advice_file.read_for_advice": _NO_ADVISER,
    "cases.completions.complete_spaces": _NO_CASE,
    "motions.motions.confirm_motion": _MOTION,
    "motions.motions.read_motion": _MOTION,
    "motions.motions.record_motion": _MOTION,
    "identity.self_disclosure.request_disclosure": "this installation offers no self-disclosure",
    "measures.adoption.adopt_restriction": _NO_FOREIGN,
    "measures.adoption.leave_as_is": _NO_FOREIGN,
    "measures.measures.preview_measure": _ANY_ACCOUNT,
    "measures.measures.set_measure": _ANY_ACCOUNT,
    "measures.native_explanations.explain": "it finds what its own author did with a space's menu, and nobody else",
    "measures.native_explanations.read_unexplained": "it finds what its own author did with a space's menu",
    "raids.announcement.announce": _ANY_ACCOUNT,
    "raids.announcement.preview": _ANY_ACCOUNT,
    "records.board_reports.read_board_report": "a case that is not concluded has no report yet",
    "records.event_checks.enter_list": "no event is registered under that id",
    "records.identity_key.add_known_name": "a person and a case that do not go together are nothing to it",
    "reports.on_behalf.report_on_behalf": _ANY_ACCOUNT,
    "retention.expunge_decisions.agree_to_expunge": "nobody has proposed that a case of this world is expunged",
    "unilateral.act.act": _ANY_ACCOUNT,
    "decisions.conditions.check_condition": "no decision of this world asks anything of anybody",
    "decisions.conditions.review_condition": "no decision of this world asks anything of anybody",
    "unilateral.act.give_statement": "it finds the act of its own actor, and nobody else's",
}
"""Use cases that answer alike even for Yara, who may know of everything, and why."""

REFERENCE_NAMES: Final = frozenset({"code_name", "identifier", "matter", "into"})
PERSON_NAMES: Final = frozenset({"person_code", "keep_code", "other_code", "one_code"})
ID_NAMES: Final = frozenset(
    {"draft_id", "proposal_id", "link_id", "merge_id", "act_id", "stop_id", "report", "evidence", "reference"}
)
NO_ID: Final = "01a00000-0000-7000-8000-000000000000"
NO_REFERENCE: Final = "GRD-222222222222"
NOUNS: Final = re.compile(r"\b[a-z]+-[a-z]+\b")
IDS: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]+|GRD-[0-9A-Z]{12}|\b(?:[2-9a-z]{5}-)+[2-9a-z]\b|\b\d{13,}\b", re.IGNORECASE
)


# -- which use cases there are


def use_cases() -> dict[str, UseCaseFunction]:
    """Every public use case of the services that a member asks for: it takes the context, and who asks or reads."""
    found = {}
    for module in pkgutil.walk_packages(services.__path__, f"{services.__name__}."):
        loaded = importlib.import_module(module.name)
        for name, function in inspect.getmembers(loaded, inspect.iscoroutinefunction):
            if function.__module__ == module.name and not name.startswith("_") and _is_asked_by_member(function):
                found[f"{module.name.removeprefix('guardian.services.')}.{name}"] = function
    return found


def _is_asked_by_member(function: UseCaseFunction) -> bool:
    """Whether a member asks for it; what runs inside an open transaction is called by a use case, not by a member."""
    hints = typing.get_type_hints(function)
    is_inner = "uow" in hints or "view" in hints
    return hints.get("app") is AppContext and hints.get("by") is MemberId and not is_inner


# -- with what they are called


def arguments_for(world: HiddenWorld, function: UseCaseFunction, by: MemberId) -> Arguments:
    """What the function is called with when nothing hidden is meant; KeyError names a parameter that is not known."""
    hints = typing.get_type_hints(function)
    given: Arguments = {"app": world.community.app}
    for name, parameter in inspect.signature(function).parameters.items():
        if name in ("by", "session"):
            given[name] = by if name == "by" else world.sessions[by]
        elif name == "delivery":
            given[name] = "interaction 1"
        elif name != "app" and parameter.default is inspect.Parameter.empty:
            given[name] = _neutral(world, name, hints[name])
    return given


def _neutral(world: HiddenWorld, name: str, kind: Any) -> Any:
    """A value that means nothing hidden, except for ids: they do where something stands, and other arguments are varied."""
    if name in REFERENCE_NAMES:
        return world.visible.code_name
    if name in PERSON_NAMES:
        return world.visible_person
    if (name in ID_NAMES and kind is not str) or name.endswith("_id"):
        return world.ids.get(name, [NO_ID])[0]
    if kind in _BY_TYPE:
        return _BY_TYPE[kind](world, NEWCOMER)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    return _BY_NAME[name](world)


def _passed_on(subject: AccountSubject | MatterSubject) -> EscalationInput:
    return EscalationInput(subject, Urgency.SOON, "", "Please look.")


_BY_NAME: Final[dict[str, Callable[[HiddenWorld], Any]]] = {
    "read": lambda _: NO_ID,
    "adviser": lambda world: BRUNO,
    "question": lambda world: "What would you do?",
    "end": lambda world: None,
    **dict.fromkeys(("text", "account"), lambda world: NEWCOMER),
    **dict.fromkeys(("reason", "words", "outcome_text", "what_was_done"), lambda world: "For a reason."),
    **dict.fromkeys(("source", "position", "evidence", "who"), lambda world: "For a reason."),
    **dict.fromkeys(("space", "name", "default"), lambda world: DISCORD),
    **dict.fromkeys(("to", "about", "member"), lambda world: BRUNO),
    "conflicts": lambda world: (),
    "spaces": lambda world: frozenset({DISCORD}),
    "count": lambda world: 1,
    "types": lambda world: (ViolationType.HARASSMENT,),
    "since": lambda world: world.community.clock.now(),
    **dict.fromkeys(("primary", "secondary"), lambda world: None),
    **dict.fromkeys(("of", "other"), lambda world: FARID),
    **dict.fromkeys(("evades", "steps_back", "stays_out", "granted", "at_risk", "stands", "met"), lambda world: True),
    "term": lambda world: timedelta(days=2),
    "challenge": lambda world: b"",
    "came_at": lambda world: world.community.clock.now(),
    "content": lambda world: write_table(SheetFormat.CSV, COLUMNS[:-2], []),
    "period": lambda world: "2020-1",
    "year": lambda world: 2020,
    "table_format": lambda world: SheetFormat.CSV,
    **dict.fromkeys(("is_done", "is_dry_run", "is_same", "are_sharp"), lambda world: True),
    "response": lambda world: "{}",
    **dict.fromkeys(("passkey", "token"), lambda world: NO_ID),
    "scopes": lambda world: frozenset({TokenScope.TASKS}),
    "lasts": lambda world: timedelta(days=2),
    **dict.fromkeys(("until", "day"), lambda world: world.community.clock.now() + timedelta(days=30)),
    "typed": lambda world: "",
    "how": lambda world: "On the telephone.",
    "first": lambda world: 0,
    "most": lambda world: 10,
}
_BY_TYPE: Final[dict[Any, Callable[[HiddenWorld, str], Any]]] = {
    Consequence: lambda world, account: a_warning(),
    DraftInput: lambda world, account: DraftInput(DraftKind.ANSWER, PartyRole.REPORTER, "We look at it."),
    NoteInput: lambda world, account: NoteInput("I know this channel."),
    EscalationInput: lambda world, account: _passed_on(AccountSubject(DISCORD, account)),
    AccountInput: lambda world, account: AccountInput(DISCORD, account),
    ActInput: lambda world, account: ActInput(
        Restriction.SUSPENDED, Ground.ONGOING, "Insults just now.", term=timedelta(days=3)
    ),
    OutsideInput: lambda world, account: OutsideInput(
        Ground.ONGOING,
        "Called them.",
        OutsideAct(OutsideKind.POLICE, "the police", world.community.clock.now()),
        AccountInput(DISCORD, account),
    ),
    MeasureRequest: lambda world, account: MeasureRequest(
        MeasureKind.MUTED, AccountInput(DISCORD, account), MeasureReason.SPAM, timedelta(days=2)
    ),
    SharedFactsInput: lambda world, account: GIVEN,
    ProgramInput: lambda world, account: ProgramInput(
        "Code club", "Robin Host", "robin@example.org", world.community.clock.now()
    ),
    RepresentativeInput: lambda world, account: RepresentativeInput(
        "Robin Host", "robin@example.org", NO_ID, world.community.clock.now() + timedelta(days=30)
    ),
    OutsideEscalationInput: lambda world, account: OutsideEscalationInput(
        body=NO_ID,
        ground=OutsideGround.EVENT_TEAM,
        urgency=Urgency.SOON,
        words="Somebody shouted.",
        who=account,
        done_there="Sent home.",
    ),
    PauseRequest: lambda world, account: PauseRequest(DISCORD, PauseKind.INVITES, PauseReason.RAID, timedelta(hours=2)),
    AnswerInput: lambda world, account: AnswerInput(outcome=DataOutcome.REFUSED, refusal=DataRefusal.SAFETY),
    Seat: lambda world, account: Seat(Group.BOARD),
    OralReport: lambda world, account: OralReport(source="a visitor", what="They said something vile.", who=account),
    RaidPreview: lambda world, account: world.raid_lists[account],
    Inquiry: lambda world, account: Inquiry("a witness", world.community.clock.now(), "What did you see?"),
    CaseAssessment: lambda world, account: CaseAssessment(
        "Ours: a space of ours.", "Somebody left.", "It may happen again."
    ),
    SheetWords: lambda world, account: SheetWords(source_words="asked both"),
    SummaryWords: lambda world, account: SummaryWords(flagged=True, summary="Insulted people."),
    EventInput: lambda world, account: EventInput(
        "Conference",
        "Robin Host",
        "robin@example.org",
        world.community.clock.now(),
        world.community.clock.now() + timedelta(days=10),
    ),
    YearlyWords: lambda world, account: YearlyWords(lessons="Answer sooner."),
    Findings: lambda world, account: Findings("Insults.", Violation.YES, "The reported person.", "No."),
}


def variations(world: HiddenWorld, function: UseCaseFunction) -> Iterator[tuple[Arguments, Arguments]]:
    """Each way to mean something hidden, beside the same with something that no case says anything of."""
    hints = typing.get_type_hints(function)
    for name in inspect.signature(function).parameters:
        for hidden, unknown in (*_references(world, name, hints[name]), *_accounts(world, name, hints[name])):
            yield {name: hidden}, {name: unknown}


def _references(world: HiddenWorld, name: str, kind: Any) -> list[tuple[Any, Any]]:
    """Names and ids of what stands in hidden cases, each beside one that does not exist."""
    if name in REFERENCE_NAMES:
        return [(code, UNKNOWN) for code in sorted({*world.codes, *world.ids["matter"]})]
    if name in PERSON_NAMES:
        return [(person, UNKNOWN) for person in world.people]
    if name == "typed":
        return [(each, UNKNOWN) for each in sorted({*world.codes, *world.people, *world.ids["matter"]})]
    if name in world.ids and not (name == "evidence" and kind is str):
        return [(each, NO_REFERENCE if name == "reference" else NO_ID) for each in world.ids[name]]
    if kind is EscalationInput:
        given = [_passed_on(MatterSubject(code)) for code in (*world.ids["matter"], UNKNOWN)]
        return [(each, given[-1]) for each in given[:-1]]
    return []


def _accounts(world: HiddenWorld, name: str, kind: Any) -> list[tuple[Any, Any]]:
    """Accounts of people in hidden cases, each beside one of which no case says anything."""
    if name in ("text", "account") and kind is str:
        return [(account, NEWCOMER) for account in world.accounts]
    if kind is OutsideInput:
        at = _BY_TYPE[kind](world, NEWCOMER)
        in_cases = [
            (replace(at, on=None, case=code), replace(at, on=None, case=UNKNOWN)) for code in sorted(world.codes)
        ]
        return [*in_cases, *((_BY_TYPE[kind](world, account), at) for account in world.accounts)]
    if kind not in (AccountInput, EscalationInput, MeasureRequest, OralReport, RaidPreview):
        return []
    build = _BY_TYPE[kind]
    return [(build(world, account), build(world, NEWCOMER)) for account in world.accounts]


# -- what it answers


async def outcome(snapshot: Snapshot, function: UseCaseFunction, given: Arguments, meant: Arguments) -> tuple[str, str]:
    """What the call answers or refuses, in full, and how many rows of each table it wrote; all of it is undone."""
    try:
        said = repr(await function(**{**given, **meant}))
    except Refused as refusal:
        said = f"Refused {refusal.code} {refusal.rule} {refusal.sentence} {sorted(refusal.facts)}"
    except GuardianError as error:
        said = f"{type(error).__name__} {error.sentence}"
    return in_order(said, meant), str(snapshot.undo())


def in_order(text: str, meant: Arguments) -> str:
    """The text with what was typed, and with names and ids by their order of first appearance."""
    for typed in (*(typed for value in meant.values() for typed in _typed(value)), NEWCOMER):
        text = text.replace(typed, "TYPED")
    names: dict[str, str] = {}
    for pattern in (IDS, NOUNS):
        text = pattern.sub(lambda found: names.setdefault(found.group(), f"name{len(names)}"), text)
    return text


def _typed(value: Any) -> list[str]:
    """What was typed to mean somebody: an answer that repeats it tells nothing."""
    if isinstance(value, MeasureRequest | AccountInput):
        return [value.target.text if isinstance(value, MeasureRequest) else value.text]
    return [value] if isinstance(value, str) else []


async def differences(world: HiddenWorld, function: UseCaseFunction, by: MemberId) -> AsyncGenerator[str, None]:
    """Where something hidden is not answered as something that does not exist.

    What is written is compared for names and ids. An account of somebody who is known already needs fewer rows than one
    of a stranger, which nobody is shown.
    """
    given = arguments_for(world, function, by)
    unknown_answers: dict[str, tuple[str, str]] = {}
    with Snapshot(world.community.folder) as snapshot:
        for hidden, unknown in variations(world, function):
            if repr(unknown) not in unknown_answers:
                unknown_answers[repr(unknown)] = await outcome(snapshot, function, given, unknown)
            expected, answer = unknown_answers[repr(unknown)], await outcome(snapshot, function, given, hidden)
            compared = 1 if NEWCOMER in repr(unknown) or unknown.get("raid_preview") else 2
            if answer[:compared] != expected[:compared]:
                yield f"{hidden}: {answer}, instead of {expected}"


async def first_difference(world: HiddenWorld, function: UseCaseFunction, by: MemberId) -> str | None:
    """The first of the differences."""
    async with aclosing(differences(world, function, by)) as found:
        return await anext(found, None)


async def answers_without_reference(world: HiddenWorld) -> dict[str, str]:
    """What each use case answers Zoe when she means nothing hidden: lists, counts, previews and refusals."""
    answers = {}
    with Snapshot(world.community.folder) as snapshot:
        for name, function in called_use_cases().items():
            answers[name] = (await outcome(snapshot, function, arguments_for(world, function, ZOE), {}))[0]
    return answers


def called_use_cases() -> dict[str, UseCaseFunction]:
    """The use cases that the tests call."""
    return {name: function for name, function in use_cases().items() if name not in NOT_ASKED_BY_NAME}


# -- the tests


async def test_every_use_case_of_a_member_can_be_called_by_these_tests(tmp_path: Path) -> None:
    """A new one gets its parameters into the tables, or its reason into the list."""
    not_callable = {}
    async with hidden_world(tmp_path, None) as world:
        for name, function in use_cases().items():
            try:
                arguments_for(world, function, ZOE)
            except KeyError as missing:
                not_callable[name] = str(missing)
    assert not_callable.keys() == NOT_ASKED_BY_NAME.keys(), not_callable


@pytest.mark.parametrize("kind", ExclusionKind)
async def test_what_is_kept_from_a_member_is_answered_as_what_does_not_exist(
    tmp_path: Path, kind: ExclusionKind
) -> None:
    """P-2.5, P-4.1, P-4.2"""
    leaks = {}
    async with hidden_world(tmp_path, kind) as world:
        for name, function in called_use_cases().items():
            if found := [each async for each in differences(world, function, ZOE)]:
                leaks[name] = found
    assert leaks == {}


@pytest.mark.parametrize("kind", ExclusionKind)
async def test_lists_look_as_in_a_world_without_the_cases_kept_from_a_member(
    tmp_path: Path, kind: ExclusionKind
) -> None:
    """P-2.5, P-4.1, P-4.2"""
    answers = []
    for folder, hidden in (("with", kind), ("without", None)):
        (tmp_path / folder).mkdir()
        async with hidden_world(tmp_path / folder, hidden) as world:
            answers.append(await answers_without_reference(world))
    here, there = answers
    leaks = {name: (here[name], there[name]) for name in here if here[name] != there[name]}
    assert leaks.keys() == (SHOWN_TO_RECUSED.keys() if kind is ExclusionKind.RECUSED else set()), leaks


async def test_a_member_from_whom_nothing_is_kept_is_answered_otherwise(tmp_path: Path) -> None:
    """Each comparison above can fail: the references are such as the use case would find."""
    alike = []
    async with hidden_world(tmp_path, ExclusionKind.EXCLUDED) as world:
        for name, function in called_use_cases().items():
            if any(variations(world, function)) and await first_difference(world, function, YARA) is None:
                alike.append(name)
    assert alike == sorted(ALIKE_FOR_ALL)
