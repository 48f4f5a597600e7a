"""Which records an event is told of, and in which words: flagged by one member, read by a second before they reach anybody.

Read `state_summary` first. Policy: P-9.4, P-5.6.
"""

from dataclasses import dataclass, replace

from guardian.cases.access import require_permission
from guardian.cases.case_records import StatedRecord
from guardian.cases.drafts import check_text
from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.context import AppContext
from guardian.services.records.sheet import case_for_record, person_of_record, save_stated
from rules.vague_wording import TellingWords, WordingFault, find_telling_words


@dataclass(frozen=True, slots=True)
class SummaryWords:
    """Whether events are told of the record, and the words for them, as if its subject read them."""

    flagged: bool
    summary: str
    advice: str = ""


async def state_summary(
    app: AppContext,
    by: MemberId,
    code_name: str,
    words: SummaryWords,
    *,
    person_code: str = "",
    read: str | None = None,
) -> tuple[TellingWords, ...]:
    """State whether events are told of the person, and in which words; return what of them may say too much.

    Nobody outside is told them before a second member has read them. Policy: P-9.4, P-5.6.
    """
    if words.flagged or words.summary or words.advice:
        require(check_text(words.summary, app.longest_text))
        require(check_text(words.summary + words.advice, app.longest_text))

    def change(known: StatedRecord) -> StatedRecord:
        changed = (words.summary.strip(), words.advice.strip()) != (known.summary, known.advice)
        return replace(
            known,
            flagged=words.flagged,
            summary=words.summary.strip(),
            advice=words.advice.strip(),
            summary_by=by if changed else known.summary_by,
            summary_read_by=None if changed else known.summary_read_by,
        )

    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.STATE_RECORD)
        case = await case_for_record(uow, by, code_name)
        person = await person_of_record(uow, case, person_code)
        if person is None:
            raise Refused("nobody_named", "Say first whom the case is about: nobody is named in it.", "P-9.4")
        await save_stated(uow, case, person, by, change, read=read)
    marks = find_telling_words(f"{words.summary}\n{words.advice}")
    return tuple(mark for mark in marks if mark.fault is not WordingFault.DETAILED)


async def approve_summary(
    app: AppContext, by: MemberId, code_name: str, *, person_code: str = "", read: str | None = None
) -> None:
    """Say, as the second member, that the summary has been read for identifying details. Policy: P-5.6.

    `read` is the edition that was before them: Stale where its words have been changed since, which nobody has read.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.STATE_RECORD)
        case = await case_for_record(uow, by, code_name)
        person = await person_of_record(uow, case, person_code)
        known = (await uow.records.stated_of(case.id)).get(person)
        if known is None or not known.summary:
            raise Refused("no_summary", "There is no summary to read yet.", "P-5.6")
        if known.summary_by == by:
            raise Refused("own_summary", "You wrote it: somebody else reads it before it reaches anybody.", "P-5.6")
        await save_stated(uow, case, person, by, lambda record: replace(record, summary_read_by=by), read=read)
