"""Every command that a member gives in their own name, by one who stepped back from the case: none tells of it. P-4.2

A new command is tried as soon as it stands in the table of commands; what is typed with it has to be named here.
"""

import inspect
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cli.__main__ import COMMANDS
from guardian.cli.remote import RemoteQuestion
from guardian.ids import MemberId
from guardian.people.api_tokens import TokenScope
from guardian.sandbox.community import DISCORD
from guardian.services.members import AccountInput
from guardian.services.notes.thread import NoteInput, write_note
from guardian.services.sign_in.api_tokens import issue_token
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from rules.precedence import Restriction
from rules.unilateral import Ground
from tests.builders.canary_case import HANDLE, CanaryCase, a_case_of_canaries
from tests.builders.community import Community
from tests.builders.hidden_cases import YARA, ZOE
from tests.builders.pages import open_pages
from tests.builders.served import served
from tests.guardian.cli.conftest import EndedCommand, Installation
from tests.guardian.cli.test_member_commands import parts
from tests.guardian.cli.test_remote import Terminal
from tests.guardian.web.test_recused_reads import community, keep_from

__all__ = ["community"]

PASSPHRASE: Final = "four words that nobody guesses"
NADIA: Final = ("--as", "Nadia Rahman")
SAID: Final = ("wombatface in every channel", "the fernwhistle was there")
READS: Final[Mapping[str, Sequence[tuple[str, ...]]]] = {
    "explain": [("discord", "rowan", "--json"), ("--person", "{person}", "--json")],
    "adopt": [("--json",), ("--space", "discord", "--json")],
    "raid": [("--status", "{case}", "--report", "report.csv")],
    "roster": [("--out", "roster.txt")],
}
"""What is typed behind each command by which a member reads."""
CHANGES: Final = {"seat": "it seats people from a file", "confirm-chair": "it says who are chairs, of no case"}
"""Commands in a member's name that read of no case."""


def commands_of_members() -> set[str]:
    """The commands that take the name of a member."""
    parameters = {
        name: inspect.signature(import_module(f"guardian.cli.{module}").command).parameters
        for name, (module, _) in COMMANDS.items()
    }
    return {name for name, those in parameters.items() if "as_name" in those}


async def restrict_rowan(installation: Installation, *, is_kept_from_nadia: bool) -> tuple[str, str]:
    """Kofi has suspended Rowan on Discord; the code names of the case and of the person."""
    kofi, nadia = installation.world["kofi"].member, installation.world["nadia"].member
    assert kofi is not None
    assert nadia is not None
    async with parts(installation) as service:
        target = AccountInput(DISCORD, installation.world["rowan"].discord)
        given = ActInput(Restriction.SUSPENDED, Ground.ONGOING, SAID[0], frozenset({DISCORD}))
        done = await act(service.app, kofi, target, given)
        async with service.units_of_work.begin() as uow:
            [case] = await uow.cases.cases()
            [sanction] = await uow.sanctions.of_case(case.id)
            person = await uow.people.person(sanction.person)
            if is_kept_from_nadia:
                kept = Exclusion(
                    case=case.id, member=nadia, kind=ExclusionKind.RECUSED, cause="stated", at=uow.now, by="test"
                )
                await uow.cases.add_exclusion(kept)
        assert done is not None
        assert person is not None
        await write_note(service.app, kofi, case.code_name, NoteInput(SAID[1]))
        return case.code_name, person.code_name


async def read_by_nadia(installation: Installation, case: str, person: str) -> dict[str, str]:
    """What each command tells Nadia, files too; what she typed herself is taken out."""
    found: dict[str, str] = {}
    for name, ways in READS.items():
        for way in ways:
            typed = [each.format(case=case, person=person) for each in way]
            ended = await give(installation, name, typed)
            files = "".join(_content(installation.folder / each) for each in ("report.csv", "roster.txt"))
            if name == "roster" and ended.code == 0:
                files += (await installation.give("roster", "--open", "roster.txt", typed=[PASSPHRASE])).out
            told = f"{ended.out}{ended.err}{files}"
            for each in typed:
                told = told.replace(each, "TYPED")
            found[" ".join([name, *way])] = told
    return found


async def give(installation: Installation, name: str, typed: list[str]) -> EndedCommand:
    """Nadia has given the command; she is asked for a code the first time."""
    words, after = (name, *typed, *NADIA), [PASSPHRASE] * 2 if name == "roster" else []
    if installation.codes("nadia"):
        return await installation.give(*words, typed=after)
    return await installation.give_as(*words, to="nadia", after=after)


def _content(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def test_every_command_in_a_members_name_is_tried_here() -> None:
    assert commands_of_members() == READS.keys() | CHANGES.keys()


@pytest.mark.harm("recused-member-reads-on")
async def test_no_command_tells_a_recused_member_of_the_case(installation: Installation) -> None:
    """P-4.2: of its person neither a name nor a restriction, in no file either."""
    case, person = await restrict_rowan(installation, is_kept_from_nadia=True)
    told = await read_by_nadia(installation, case, person)
    hidden = (*SAID, person, installation.world["rowan"].discord, "suspended", "barred")
    assert {way: word for way, said in told.items() for word in hidden if word in said} == {}


async def test_whoever_may_know_of_it_is_told(installation: Installation) -> None:
    """The search can fail."""
    case, person = await restrict_rowan(installation, is_kept_from_nadia=False)
    told = await read_by_nadia(installation, case, person)
    assert person in told["explain discord rowan --json"]
    assert installation.world["rowan"].discord in told["roster --out roster.txt"]


async def asked_from_elsewhere(case: CanaryCase, by: MemberId, guardian: tuple[str, ...]) -> list[str]:
    """Which words of the case `guardian remote` tells the member, whatever is asked."""
    community = case.journey.community
    issued = await issue_token(
        community.app, by, "terminal", frozenset(TokenScope), community.app.policy.tokens.longest
    )
    told = []
    async with open_pages(community) as pages, served(pages.app) as address:
        terminal = Terminal(guardian, address, issued.secret)
        for question in RemoteQuestion:
            if question is not RemoteQuestion.ACT:
                told += [str(await terminal.give(question, *names, "--json")) for names in names_for(question, case)]
    return [word for word in case.canaries.values() if word != HANDLE and any(word in each for each in told)]


def names_for(question: RemoteQuestion, case: CanaryCase) -> list[tuple[str, ...]]:
    """What is typed behind the question: the case, and what stands in it."""
    match question:
        case RemoteQuestion.CASE | RemoteQuestion.FILE | RemoteQuestion.NOTES:
            return [(case.journey.code_name,)]
        case RemoteQuestion.SANCTION:
            return [(each,) for each in case.ids if each.startswith("GRD-")]
        case RemoteQuestion.EXPLAIN:
            return [("discord", HANDLE)]
        case _:
            return [()]


@pytest.mark.harm("recused-member-reads-on")
async def test_a_service_elsewhere_tells_a_recused_member_nothing_of_the_case(
    community: Community, warm: tuple[str, ...]
) -> None:
    """P-4.2"""
    case = await a_case_of_canaries(community)
    await keep_from(case, ZOE, ExclusionKind.RECUSED)
    assert await asked_from_elsewhere(case, ZOE, warm) == []
    assert {"wombatface", "fernwhistle", case.journey.person_code} <= {*await asked_from_elsewhere(case, YARA, warm)}
