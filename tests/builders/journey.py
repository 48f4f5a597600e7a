"""One case from its report to wherever a test wants it, through the use cases, with the clock moved by hand."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from guardian.cases.case import Case, PartyRole
from guardian.cases.drafts import Draft, DraftKind, DraftState
from guardian.cases.notes import Findings, Violation
from guardian.cases.procedure import CaseSteps
from guardian.cases.proposals import Consequence, Decision, Proposal
from guardian.cases.unilateral_acts import UnilateralAct
from guardian.ids import CaseId, MemberId, PersonId
from guardian.notices.models import Notice, NoticeKind, RecipientKind
from guardian.sanctions.desired_state import desired_state
from guardian.sanctions.models import Sanction
from guardian.services.case_steps import get_steps
from guardian.services.decisions import drafts, enactment
from guardian.services.decisions.drafts import DraftInput, DraftView
from guardian.services.decisions.enactment import EnactmentResult
from guardian.services.deliberation import procedure, proposals
from guardian.services.deliberation.proposals import ProposalView
from guardian.services.deliberation.tally import tally_of
from guardian.services.motions.motion_reports import send_motion_report
from guardian.services.motions.motions import read_motion
from guardian.services.notes.bias import state_bias
from guardian.services.notes.determination import write_findings
from guardian.services.operations import deadline_runner
from guardian.services.parties import personal_page
from rules.ladder import Outcome
from rules.policy_sections.procedure import ContactPerson
from rules.precedence import AccessLevel, Restriction
from rules.procedure import Step
from rules.quorum import Answer, Tally
from tests.builders.community import (
    AMARA,
    BRUNO,
    CHIARA,
    DISCORD,
    DMITRI,
    ELENI,
    FARID,
    GRETA,
    WORKING_GROUP,
    Community,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
BEHAVIOUR = "Called people names who asked for help."
OTHERS = tuple(member for member in WORKING_GROUP if member != AMARA)


def a_suspension(days: int = 60, **facts: Any) -> Consequence:
    """A short suspension."""
    return Consequence(
        outcome=Outcome.SHORT_SUSPENSION, restriction=Restriction.SUSPENDED, term=timedelta(days=days), **facts
    )


def an_extended_suspension(**facts: Any) -> Consequence:
    """An extended suspension with a condition for return."""
    given = {"conditions": "Talk with a mediator first.", "term": timedelta(days=120), **facts}
    return Consequence(outcome=Outcome.EXTENDED_SUSPENSION, restriction=Restriction.SUSPENDED, **given)


def a_ban(**facts: Any) -> Consequence:
    """A permanent ban."""
    return Consequence(outcome=Outcome.PERMANENT_BAN, restriction=Restriction.BANNED, **facts)


def a_warning(**facts: Any) -> Consequence:
    """A warning, which restricts nothing."""
    return Consequence(outcome=Outcome.WARNING, **facts)


@dataclass(slots=True)
class Journey:
    """A case about one person, and what its members do with it."""

    community: Community
    id: CaseId
    code_name: str
    person_code: str
    person: PersonId

    async def case(self) -> Case:
        """The case as the database has it."""
        async with self.community.units_of_work.read() as view:
            found = await view.cases.case(self.id)
        assert found is not None
        return found

    async def write(self, kind: DraftKind, text: str, to: PartyRole = PartyRole.REPORTED) -> DraftView:
        """A member has written a text to a party, which nobody has read."""
        return await drafts.write_draft(self.community.app, AMARA, self.code_name, DraftInput(kind, to, text))

    async def have_read(self, kind: DraftKind, text: str, to: PartyRole = PartyRole.REPORTED) -> None:
        """A member has written a text to a party, and a second one has read it."""
        draft = await self.write(kind, text, to)
        await drafts.approve_draft(self.community.app, BRUNO, draft.id)

    async def begin_hearing(self) -> str:
        """The hearing has begun; the person's receipt is the answer."""
        await begin_hearing(self.community, self.code_name)
        return await self.receipt()

    async def hold_hearing(self, text: str = "I was angry that day.") -> str:
        """The person has been heard; their receipt is the answer."""
        receipt = await self.begin_hearing()
        await personal_page.give_hearing_answer(self.community.app, receipt, text)
        return receipt

    async def propose(self, consequence: Consequence | None = None, by: MemberId = AMARA) -> ProposalView:
        """The proposal is before the group; a shepherd has said first what may bias them."""
        if self.community.app.policy.reports.contact_person is ContactPerson.SHEPHERD:
            await state_bias(self.community.app, by, self.code_name, "I know of nothing.")
        return await proposals.propose(self.community.app, by, self.code_name, consequence or a_suspension())

    async def vote(self, proposal: ProposalView, *members: MemberId, answer: Answer = Answer.AGREE) -> ProposalView:
        """The members have answered."""
        view = proposal
        for member in members:
            view = await proposals.vote(self.community.app, member, proposal.id, answer)
        return view

    async def vote_on_newest(self, member: MemberId) -> ProposalView:
        """The member has agreed to the newest proposal."""
        return await proposals.vote(self.community.app, member, (await self.newest_proposal()).id, Answer.AGREE)

    async def agree(self, consequence: Consequence | None = None) -> ProposalView:
        """All members agree to the proposal."""
        return await self.vote(await self.propose(consequence), *OTHERS)

    async def report_before_motion(self) -> str:
        """The group has sent the organisers its report; what one of them has read is the answer, by its id."""
        found = Findings(BEHAVIOUR, Violation.YES, "the reported person", "no")
        await write_findings(self.community.app, AMARA, self.code_name, found)
        await send_motion_report(self.community.app, AMARA, self.code_name, "It went on for months.")
        report = (await read_motion(self.community.app, GRETA, self.code_name)).report
        assert report is not None
        return report.id

    async def prepare_decision(self, consequence: Consequence | None = None, *, letter: bool = True) -> None:
        """Heard, agreed, and the reporters have had their time; a second member has read the letter."""
        await self.hold_hearing()
        await self.agree(consequence)
        if letter:
            await self.read_letter()
        await self.pass_time(73 * HOUR)

    async def read_letter(self) -> None:
        """A second member has read the letter that was drafted from the proposal and the hearing."""
        waiting = [draft for draft in await self.drafts() if draft.state is DraftState.WRITTEN]
        await drafts.approve_draft(self.community.app, BRUNO, waiting[-1].id)

    async def enact(self, consequence: Consequence | None = None) -> EnactmentResult:
        """The decision has been enacted, and the person has been told."""
        await self.prepare_decision(consequence)
        done = await enactment.enact(self.community.app, BRUNO, self.code_name)
        await self.record_notification(done)
        return done

    async def record_notification(self, done: EnactmentResult, proof: str | None = "message-1") -> None:
        """The outbox has learnt how telling ended."""
        if done.sanction is not None:
            async with self.community.units_of_work.begin() as uow:
                await enactment.record_person_notified(uow, done.sanction, proof)

    async def pass_time(self, by: timedelta) -> None:
        """So much later; everything that was due meanwhile has been seen to."""
        self.community.pass_time(by)
        await deadline_runner.run_due(self.community.app)

    async def steps(self) -> dict[Step, str]:
        """Where each step stands."""
        steps = await self.case_steps()
        return {step: steps.state(step) for step in Step}

    async def case_steps(self) -> CaseSteps:
        """The steps as they are kept."""
        async with self.community.units_of_work.read() as view:
            return await get_steps(view, self.id)

    async def newest_proposal(self) -> Proposal:
        """The newest proposal of the case."""
        async with self.community.units_of_work.read() as view:
            return (await view.deliberation.proposals_of(self.id))[-1]

    async def tally(self) -> Tally[MemberId]:
        """How the newest proposal stands now."""
        proposal, case = await self.newest_proposal(), await self.case()
        async with self.community.units_of_work.read() as view:
            return await tally_of(view, self.community.app.policy, case, proposal)

    async def sanctions(self) -> tuple[Sanction, ...]:
        """The person's sanctions, oldest first."""
        async with self.community.units_of_work.read() as view:
            return await view.sanctions.of_person(self.person)

    async def access_level(self) -> AccessLevel:
        """What Discord is asked to hold on the person at this instant."""
        return desired_state(await self.sanctions(), DISCORD, self.community.clock.now()).level

    async def decisions(self) -> tuple[Decision, ...]:
        """The case's decisions, oldest first."""
        async with self.community.units_of_work.read() as view:
            return await view.deliberation.decisions_of(self.id)

    async def drafts(self) -> tuple[Draft, ...]:
        """The case's drafts, oldest first."""
        async with self.community.units_of_work.read() as view:
            return await view.deliberation.drafts_of(self.id)

    async def act(self) -> UnilateralAct:
        """The act whose review the case is."""
        async with self.community.units_of_work.read() as view:
            return (await view.deliberation.acts_of(self.id))[-1]

    async def notices_to_person(self, kind: NoticeKind | None = None) -> list[Notice]:
        """What waits to be said, or was said, to the person, oldest first."""
        async with self.community.units_of_work.read() as view:
            notices = await view.notices.of_person(self.person)
        return [notice for notice in notices if kind in (None, notice.kind)]

    async def notices_to_reporter(self) -> list[Notice]:
        """What waits to be said, or was said, to the reporter, oldest first."""
        async with self.community.units_of_work.read() as view:
            notices = await view.notices.of_case(self.id)
        return [notice for notice in notices if notice.to.kind is RecipientKind.REPORTER]

    async def receipt(self) -> str:
        """The receipt that the newest message to the person carries."""
        return [n.facts["receipt"] for n in await self.notices_to_person() if "receipt" in n.facts][-1]


async def begin_hearing(community: Community, code_name: str, by: MemberId = AMARA, second: MemberId = BRUNO) -> None:
    """The hearing has begun, with words that a second member has read."""
    written = DraftInput(DraftKind.HEARING, PartyRole.REPORTED, BEHAVIOUR)
    draft = await drafts.write_draft(community.app, by, code_name, written)
    await drafts.approve_draft(community.app, second, draft.id)
    await procedure.begin_hearing(community.app, by, code_name)


async def a_journey(community: Community, **facts: Any) -> Journey:
    """A case about one named person who has an account on Discord."""
    case, person_code = await community.a_named_case(**facts)
    return await journey_in(community, case, person_code)


async def journey_in(community: Community, case: Case, person_code: str) -> Journey:
    """The journey of a case that stands already."""
    async with community.units_of_work.read() as view:
        person = await view.people.person_by_code_name(person_code)
    assert person is not None
    return Journey(community, case.id, case.code_name, person_code, person.id)


async def newest_case(community: Community) -> Case:
    """The case that was opened last."""
    async with community.units_of_work.read() as view:
        return (await view.cases.cases())[-1]


__all__ = [
    "AMARA",
    "BEHAVIOUR",
    "BRUNO",
    "CHIARA",
    "DAY",
    "DMITRI",
    "ELENI",
    "FARID",
    "HOUR",
    "OTHERS",
    "Journey",
    "a_ban",
    "a_journey",
    "a_suspension",
    "a_warning",
    "an_extended_suspension",
    "begin_hearing",
    "journey_in",
    "newest_case",
]
