"""The report page: nothing written is ever lost, nothing is sent twice, and only one field is needed."""

import asyncio
import re
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

import pytest

from guardian.cases.question_labels import QUESTION_LABELS
from guardian.cases.report_questions import ALL_CHAIRS, QUESTIONS
from guardian.errors import Stale
from guardian.notices.models import NoticeKind
from guardian.services.context import ReadView, UnitOfWork
from guardian.unit_of_work import UnitOfWorkFactory
from tests.builders.community import AMARA, BRUNO, DMITRI, Community
from tests.builders.pages import Pages, forms_of, open_pages, receipt_of, text_of

WORDS = "He wrote <b>insults</b> & worse under my question."


async def the_case(community: Community) -> str:
    async with community.units_of_work.read() as view:
        (case,) = await view.cases.cases()
        return case.code_name


async def test_the_report_page_begins_with_the_emergency_line(pages: Pages) -> None:
    """P-2.2"""
    words = text_of(await pages.get("/report"))
    assert words.index("Call your local emergency services first") < words.index("What happened")
    assert words.index("could technically read it") < words.index("What happened?")


async def test_a_report_with_nothing_but_what_happened_is_taken_and_shows_its_receipt_once(
    pages: Pages, community: Community
) -> None:
    """P-2.2, P-2.4"""
    answer = await pages.fill("/report", "/report", what_happened=WORDS)
    assert answer.status_code == 201
    assert len(receipt_of(answer).replace("-", "")) == 26
    file = await community.read_case(BRUNO, await the_case(community))
    assert file.reports[0].report.what_happened == WORDS
    assert receipt_of(answer) not in (await pages.follow_up(receipt_of(answer))).text


async def test_every_field_reaches_the_members_who_may_read_it(pages: Pages, community: Community) -> None:
    """P-2.2"""
    typed = {"when": "last night", "where": "#help", "danger": "yes", "contact_is_safe": "no", "hold_contact": "yes"}
    files = [("files", ("screen.png", b"\x89PNG\r\n\x1a\n0", "image/png")), ("files", ("log.txt", b"abc"))]
    await pages.fill("/report", "/report", files, what_happened=WORDS, who="grumbler", names_members=DMITRI, **typed)
    (read,) = (await community.read_case(BRUNO, await the_case(community))).reports
    assert dict(read.report.answers) == {name: typed[name] for name in typed if name != "danger"}
    assert (read.report.danger, read.report.do_not_contact, read.report.contact_is_safe) == (True, True, False)
    assert read.concerns == ("Dmitri Volkov",)
    assert [piece.file_name for piece in read.evidence] == ["screen.png", "log.txt"]


async def test_every_question_of_a_report_is_asked_and_has_a_name_where_it_is_read(pages: Pages) -> None:
    """P-2.2"""
    page = (await pages.get("/report")).text
    assert [name for name in QUESTIONS if f'name="{name}"' not in page] == []
    assert set(QUESTION_LABELS) == set(QUESTIONS)


async def test_a_reporter_chooses_who_hears_first(pages: Pages, community: Community) -> None:
    """P-2.5"""
    await pages.report(hears_first=BRUNO)
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == {BRUNO}
    await pages.report(hears_first=ALL_CHAIRS)
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == {AMARA, BRUNO}


async def test_of_what_may_show_minors_no_file_is_taken_in_and_the_reporter_knows_whom_to_tell(
    pages: Pages, community: Community
) -> None:
    """P-2.7"""
    files = [("files", ("screen.png", b"\x89PNG\r\n\x1a\n0", "image/png"))]
    answer = await pages.fill("/report", "/report", files, what_happened=WORDS, minors="yes")
    for said in ("were not taken in, and nothing of them was kept", "Tell the police", "inhope.org"):
        assert said in text_of(answer)
    (read,) = (await community.read_case(BRUNO, await the_case(community))).reports
    assert (read.report.csam, read.evidence) == (True, ())
    follow_up = await pages.follow_up(receipt_of(answer))
    assert 'type="file"' not in follow_up.text
    refused = await pages.fill("/follow-up", "/follow-up/add", files, text="More.")
    assert "no file is taken in" in text_of(refused)


async def test_a_choice_that_there_is_not_is_no_answer(pages: Pages, community: Community) -> None:
    await pages.report(ongoing="perhaps", hold_contact="")
    assert dict((await community.read_case(BRUNO, await the_case(community))).reports[0].report.answers) == {}


async def test_a_report_for_the_file_is_thanked_in_other_words_and_read_as_such(
    pages: Pages, community: Community
) -> None:
    """P-2.3"""
    answer = await pages.fill("/report", "/report", what_happened=WORDS, handled="yes")
    assert "You said that it has been dealt with." in text_of(answer)
    (read,) = (await community.read_case(BRUNO, await the_case(community))).reports
    assert dict(read.report.answers) == {"handled": "yes"}


async def test_an_empty_report_is_given_back_filled_in_with_the_message_at_its_field(pages: Pages) -> None:
    answer = await pages.fill("/report", "/report", who="grumbler", danger="yes", names_members=AMARA, where="#help")
    (form,) = forms_of(answer)
    assert answer.status_code == 422
    kept = {name: form.fields[name] for name in ("who", "danger", "names_members", "where")}
    amara = form.labels["names_members Amara Okafor"]
    assert kept == {"who": "grumbler", "danger": "yes", "names_members": amara, "where": "#help"}
    assert 'id="what_happened-error"' in answer.text
    assert 'aria-describedby="what_happened-error"' in answer.text


async def test_a_text_that_is_too_long_is_given_back_whole(pages: Pages) -> None:
    """P-2.2"""
    text = "long " * 10_000
    answer = await pages.fill("/report", "/report", what_happened=text)
    assert (answer.status_code, forms_of(answer)[0].fields["what_happened"]) == (422, text.strip())
    assert "40000 fit" in text_of(answer)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([("files", ("film.bin", bytes(10_000_001)))], "larger than 10 MB"),
        ([("files", (f"{n}.txt", b"x")) for n in range(11)], "At most 10 files"),
        ([("files", (f"{n}.bin", bytes(9_000_000))) for n in range(4)], "larger than 30 MB"),
        ([("files", (f"{n}.bin", bytes(10_000_000))) for n in range(9)], "larger than 30 MB"),
    ],
)
async def test_files_that_are_too_much_do_not_cost_the_words_sent_with_them(
    pages: Pages, community: Community, files: list[object], sentence: str
) -> None:
    answer = await pages.fill("/report", "/report", files, what_happened=WORDS)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert forms_of(answer)[0].fields["what_happened"] == WORDS
    assert "report.was_received" not in await community.journal_acts()


async def test_a_report_sent_twice_is_one_report_with_one_receipt(pages: Pages, community: Community) -> None:
    (form,) = forms_of(await pages.get("/report"))
    fields = {**form.fields, "what_happened": WORDS}
    first, second = await asyncio.gather(pages.post("/report", fields), pages.post("/report", fields))
    assert receipt_of(first) == receipt_of(second)
    assert (await community.journal_acts()).count("report.was_received") == 1


async def test_a_report_changed_after_going_back_is_not_swallowed_as_a_repeat(
    pages: Pages, community: Community
) -> None:
    (form,) = forms_of(await pages.get("/report"))
    await pages.post("/report", {**form.fields, "what_happened": WORDS})
    await pages.post("/report", {**form.fields, "what_happened": WORDS + " And there is more."})
    assert (await community.journal_acts()).count("report.was_received") == 2


async def test_nobody_gets_another_persons_receipt_by_a_guessable_form_id(pages: Pages) -> None:
    fields = {"what_happened": WORDS, "delivery": "1"}
    first, second = await pages.post("/report", fields), await pages.post("/report", fields)
    assert receipt_of(first) != receipt_of(second)


@pytest.mark.harm("named-member-told-for-an-old-form")
@pytest.mark.parametrize("field", ["names_members", "hears_first"])
async def test_a_tick_that_cannot_be_read_is_asked_for_again_and_nothing_is_sent(
    pages: Pages, community: Community, field: str
) -> None:
    """P-2.5: left out, the member whom the reporter ticked would see the report."""
    answer = await pages.fill("/report", "/report", what_happened=WORDS, **{field: "m99-nobody"})
    assert (answer.status_code, "Please tick again" in text_of(answer)) == (422, True)
    assert forms_of(answer)[0].fields["what_happened"] == WORDS
    assert "report.was_received" not in await community.journal_acts()


@pytest.mark.harm("member-ids-beside-names")
async def test_no_id_of_ours_stands_on_the_public_form_and_no_token_stands_there_twice(
    pages: Pages, community: Community
) -> None:
    """P-2.6: beside a name, an id would say who is meant wherever it stands."""
    first, second = (await pages.get("/report")).text, (await pages.get("/report")).text
    async with community.units_of_work.read() as view:
        members = await view.people.members()
    assert [member.id for member in members if f'"{member.id}"' in first] == []
    tokens = [
        set(re.findall(r'name="(?:names_members|hears_first)" value="([^"]{20,})"', page)) for page in (first, second)
    ]
    assert len(tokens[0]) > len(members)
    assert tokens[0] & tokens[1] == set()


@pytest.mark.harm("member-ids-beside-names")
async def test_a_token_of_one_form_is_none_of_another(pages: Pages) -> None:
    """P-2.6"""
    one, other = forms_of(await pages.get("/report"))[0], forms_of(await pages.get("/report"))[0]
    borrowed = {**other.fields, "what_happened": WORDS, "names_members": one.labels["names_members Amara Okafor"]}
    assert (await pages.post("/report", borrowed)).status_code == 422


@dataclass(slots=True)
class OutOfOrder:
    """A database that can be read and not be written."""

    whole: UnitOfWorkFactory[ReadView, UnitOfWork]
    fault: Exception

    def read(self) -> AbstractAsyncContextManager[ReadView]:
        return self.whole.read()

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        raise self.fault


async def test_a_fault_of_ours_gives_the_words_back_to_be_sent_again(community: Community) -> None:
    broken = replace(
        community,
        app=replace(community.app, units_of_work=OutOfOrder(community.app.units_of_work, OSError("disk full"))),
    )
    async with open_pages(broken) as pages:
        (form,) = forms_of(await pages.get("/report"))
        fields = {**form.fields, "what_happened": WORDS * 3, "who": "grumbler"}
        answer = await pages.post("/report", fields)
    (again,) = forms_of(answer)
    assert (answer.status_code, again.action) == (500, "/report")
    assert {name: again.fields[name] for name in fields} == fields
    async with open_pages(community) as mended:
        first, second = await mended.post("/report", again.fields), await mended.post("/report", fields)
    assert receipt_of(first) == receipt_of(second)


async def test_a_report_that_somebody_was_quicker_than_is_given_back(community: Community) -> None:
    busy = replace(
        community, app=replace(community.app, units_of_work=OutOfOrder(community.app.units_of_work, Stale()))
    )
    async with open_pages(busy) as pages:
        answer = await pages.fill("/report", "/report", what_happened=WORDS)
    assert (answer.status_code, forms_of(answer)[0].fields["what_happened"]) == (422, WORDS)


async def test_a_form_sent_from_another_site_does_nothing(pages: Pages, community: Community) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        answer = await pages.post("/report", {"what_happened": WORDS}, headers=headers)
        assert answer.status_code == 403
    assert "report.was_received" not in await community.journal_acts()


@pytest.mark.parametrize(
    "path", ["/", "/report", "/follow-up", "/personal", "/console/sign-in/x", "/console", "/nowhere"]
)
async def test_no_page_runs_a_script_of_others_or_tells_them_where_its_reader_was(pages: Pages, path: str) -> None:
    answer = await pages.get(path)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert set(re.findall(r"<script[^>]*>[^<]*", answer.text)) <= {
        f'<script src="/static/{name}.js" defer>' for name in ("console", "leave")
    }


async def test_something_that_is_no_form_gets_a_clear_answer(pages: Pages) -> None:
    answer = await pages.client.post("/report", content=b"{}", headers={"content-type": "application/json"})
    assert (answer.status_code, "carries no form" in text_of(answer)) == (413, True)
