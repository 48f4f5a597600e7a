"""A case with a word in each of its places that stands nowhere else, to look for in whatever somebody is answered.

Read `a_case_of_canaries` first.
"""

from dataclasses import dataclass, replace
from typing import Final

from guardian.cases.case import CaseState
from guardian.cases.data_requests import DataRequestKind
from guardian.cases.notes import Findings, Violation
from guardian.services.case_flow import get_case
from guardian.services.decisions import enactment
from guardian.services.notes.determination import write_findings
from guardian.services.notes.thread import NoteInput, write_note
from guardian.services.parties import personal_page
from guardian.services.records.identity_key import add_known_name
from guardian.services.records.shared_facts import confirm_shared_facts, draft_shared_facts
from guardian.services.records.sheet import SheetWords, state_in_sheet
from guardian.services.records.summaries import SummaryWords, approve_summary, state_summary
from tests.builders.community import AMARA, BRUNO, Community, a_message
from tests.builders.journey import HOUR, Journey, a_journey, a_suspension
from tests.guardian.services.records.test_shared_facts import GIVEN

REPORTER: Final = "quillwort"
HANDLE: Final = "brambleking"
WORDS: Final = {
    "the reporter's handle": REPORTER,
    "the reporter's address": "yarrow@witness.example",
    "the report": "wombatface",
    "the reported account": HANDLE,
    "a reported message": "vellichor",
    "a file's name": "spinnaker.txt",
    "a note of the thread": "fernwhistle",
    "the findings": "pipistrelle",
    "what the person said": "gossamer",
    "the proposal": "tamarisk",
    "the summary for events": "sassafras",
    "a real name": "Oakapple",
    "what was passed on": "thunderbird",
    "what somebody asked of their data": "dragoman",
    "words of the sheet": "marlinspike",
}
"""Each place of a case with the word that stands in it alone."""


@dataclass(frozen=True, slots=True)
class CanaryCase:
    """The case; `ids` are the ids of whatever stands in it, as an address could name them."""

    journey: Journey
    ids: tuple[str, ...]

    @property
    def canaries(self) -> dict[str, str]:
        """What may be found by nobody who is kept from the case, each by its place."""
        return {**WORDS, "the person's code name": self.journey.person_code}


async def a_case_of_canaries(community: Community) -> CanaryCase:
    """A case that was decided and closed, with a word in each place."""
    app = community.app
    journey = await a_journey(
        community,
        handle=HANDLE,
        what_happened="They called me a wombatface.",
        reporter_handle=REPORTER,
        answers={"contact": WORDS["the reporter's address"]},
        evidence=(
            a_message(text="vellichor!", author_handle=HANDLE),
            a_message(link="https://discord.example/1/2/9", file_name="spinnaker.txt", content=b"It was said."),
        ),
    )
    await write_note(app, BRUNO, journey.code_name, NoteInput("I have seen the fernwhistle."))
    await journey.hold_hearing("It was a gossamer joke.")
    await journey.agree(a_suspension(summary="They said tamarisk."))
    await journey.pass_time(50 * HOUR)
    await journey.read_letter()
    await journey.pass_time(73 * HOUR)
    await write_findings(app, AMARA, journey.code_name, Findings("A pipistrelle.", Violation.YES, "they", "no"))
    await journey.record_notification(await enactment.enact(app, BRUNO, journey.code_name))
    await _keep_records(journey)
    async with community.units_of_work.begin() as uow:
        case = await get_case(uow, journey.id)
        await uow.cases.save_case(replace(case, state=CaseState.CLOSED, closed_at=uow.now, outcome="It is over."))
    return CanaryCase(journey, await _ids_of(journey))


async def _keep_records(journey: Journey) -> None:
    app, code = journey.community.app, journey.code_name
    await state_summary(app, AMARA, code, SummaryWords(flagged=True, summary="Said sassafras at a meeting."))
    await approve_summary(app, BRUNO, code)
    await state_in_sheet(app, AMARA, code, SheetWords(source_words="marlinspike"))
    await add_known_name(app, AMARA, code, journey.person_code, "Samuel Oakapple")
    shared = await draft_shared_facts(app, AMARA, code, replace(GIVEN, what="Was a thunderbird to people."))
    await confirm_shared_facts(app, BRUNO, code, shared)
    receipt = await journey.receipt()
    await personal_page.ask_about_data(app, receipt, DataRequestKind.OBJECTION, "No dragoman, please.")


async def _ids_of(journey: Journey) -> tuple[str, ...]:
    async with journey.community.units_of_work.read() as view:
        links = await view.people.accounts_of(journey.person)
        sanctions = await view.sanctions.of_case(journey.id)
        found: list[str] = [
            journey.person_code,
            *(each.id for each in await view.cases.reports_of(journey.id)),
            *(each.id for each in await view.cases.evidence_of(journey.id)),
            *(each.id for each in await view.cases.additions_of(journey.id)),
            *(each.id for each in await view.notes.notes_of(journey.id)),
            *(each.id for each in await view.deliberation.proposals_of(journey.id)),
            *(each.id for each in await view.deliberation.drafts_of(journey.id)),
            *(each.id for each in await view.deliberation.decisions_of(journey.id)),
            *(each.id for each in await view.data_requests.requests_of(journey.id)),
            *(each.id for each in links),
            *(each.reference for each in sanctions),
        ]
    return tuple(str(each) for each in found)
