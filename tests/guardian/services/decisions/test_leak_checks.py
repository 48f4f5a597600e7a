"""Beside each text that waits for its second reader stands what may give a reporter or a witness away."""

from guardian.cases.case import PartyRole
from guardian.cases.drafts import DraftKind
from guardian.services.decisions.drafts import DraftInput, approve_draft, write_draft
from guardian.services.decisions.leak_checks import check_texts
from rules.leaks import LeakKind
from tests.builders.community import AMARA, BRUNO, Community

LETTER = "Paula saw that you shouted at newcomers again and again in the help channel."


async def written(community: Community, to: PartyRole = PartyRole.REPORTED) -> tuple[str, str]:
    case, _ = await community.a_named_case(
        what_happened="They shouted at newcomers again and again.", answers={"witnesses": "Paula and Quentin"}
    )
    kind = DraftKind.HEARING if to is PartyRole.REPORTED else DraftKind.ANSWER
    draft = await write_draft(community.app, AMARA, case.code_name, DraftInput(kind, to, LETTER))
    return case.code_name, draft.id


async def test_a_witness_and_the_reporters_own_words_are_marked_before_the_text_leaves(community: Community) -> None:
    """P-2.6, P-5.6"""
    case, _ = await written(community)
    checked = await check_texts(community.app, BRUNO, case)
    (text,) = checked.values()
    marks = {(part.kind, part.text) for part in text.parts if part.kind}
    assert (LeakKind.NAME, "Paula") in marks
    assert (LeakKind.PHRASE, "shouted at newcomers again and again") in marks
    assert "".join(part.text for part in text.parts) == LETTER


async def test_nothing_is_held_back_and_that_the_marks_were_there_is_on_record(community: Community) -> None:
    """P-5.6"""
    _, draft = await written(community)
    await approve_draft(community.app, BRUNO, draft)  # type: ignore[arg-type]  # an id
    async with community.units_of_work.read() as view:
        lines = [line for line in await view.journal.after(0) if line.act == "draft.was_read"]
    assert [line.about["marks"] for line in lines] == ["2"]


async def test_a_reporters_own_words_are_no_secret_from_them_but_a_witness_is(community: Community) -> None:
    case, _ = await written(community, PartyRole.REPORTER)
    (text,) = (await check_texts(community.app, BRUNO, case)).values()
    assert {part.kind for part in text.parts if part.kind} == {LeakKind.NAME}
