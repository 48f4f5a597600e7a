"""What somebody told a member, entered on the console: a report of theirs, and nothing that its member should not have."""

from tests.builders.community import BRUNO, ELENI, INES, Community
from tests.builders.pages import Pages, forms_of, text_of

TOLD = "/console/told"
TYPED = {"source": "Wren, on the phone", "what": "Somebody mocked a newcomer in a meeting.", "safe": "yes"}


async def test_what_somebody_told_is_their_report_and_the_receipt_is_for_them(
    pages: Pages, community: Community
) -> None:
    """P-2.10"""
    await pages.sign_in(community, BRUNO)
    entered = await pages.fill(TOLD, TOLD, **TYPED)
    assert "Entered. Please pass this on" in text_of(entered)
    assert TYPED["what"] in text_of(await pages.follow_up(text_of(entered).partition("Receipt: ")[2].split()[0]))
    assert "Receipt:" not in text_of(await pages.get(TOLD))


async def test_the_same_form_sent_twice_is_one_report(pages: Pages, community: Community) -> None:
    await pages.sign_in(community, BRUNO)
    form = next(each for each in forms_of(await pages.get(TOLD)) if each.action == TOLD)
    for _ in range(2):
        await pages.post(TOLD, {**form.fields, **TYPED})
    assert (await community.journal_acts()).count("report.was_received") == 1


async def test_a_member_who_enters_what_concerns_them_is_shown_no_receipt(pages: Pages, community: Community) -> None:
    """P-2.5"""
    await pages.sign_in(community, ELENI)
    entered = await pages.fill(TOLD, TOLD, **TYPED, concerns=[ELENI])
    assert "As it may concern you" in text_of(entered)
    assert "Receipt:" not in text_of(entered)


async def test_what_is_handed_on_unopened_says_whom_to_ask(pages: Pages, community: Community) -> None:
    """P-2.10, P-4.1"""
    await pages.sign_in(community, BRUNO)
    assert "Handed on, unopened." in text_of(
        await pages.fill(TOLD, TOLD + "/unread", **{"unread-source": "Wren, after the meeting"})
    )
    assert "Wren" not in text_of(await pages.get("/console/cases"))


async def test_nothing_typed_is_lost_where_it_is_not_said_who_told_it(pages: Pages, community: Community) -> None:
    await pages.sign_in(community, BRUNO)
    answer = await pages.fill(TOLD, TOLD, **{**TYPED, "source": ""})
    assert (answer.status_code, TYPED["what"] in answer.text) == (422, True)
    assert 'id="source-error"' in answer.text


async def test_somebody_without_a_seat_in_the_group_finds_no_such_page(pages: Pages, community: Community) -> None:
    """P-1.1"""
    await pages.sign_in(community, INES)
    assert (await pages.get(TOLD)).status_code == 404
