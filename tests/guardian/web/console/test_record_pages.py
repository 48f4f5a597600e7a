"""The records on the console: the sheet and its files, an older sheet after its dry run, and what is stated of a case."""

import httpx2
import pytest

from guardian.services.records.sheet_files import SheetFormat
from guardian.services.records.sheet_import import import_sheet
from tests.builders.community import AMARA, BRUNO, INES, Community
from tests.builders.pages import Pages, forms_of, text_of
from tests.guardian.services.records.test_sheet import a_file

RECORDS = "/console/records"
IMPORT = RECORDS + "/import"


async def test_a_chair_takes_an_older_sheet_in_after_its_dry_run(pages: Pages, community: Community) -> None:
    """P-9.1"""
    await pages.sign_in(community, AMARA)
    content = a_file({}, {"Status": "who knows"}, table_format=SheetFormat.XLSX)
    shown = await pages.fill(IMPORT, IMPORT, files={"sheet": ("old.xlsx", content)})
    assert "1 row can be taken in." in text_of(shown)
    assert "3 Status" in text_of(shown)
    assert "There are no rows." in text_of(await pages.get(RECORDS))
    button = next(form for form in forms_of(shown) if form.action == IMPORT + "/take")
    done = await pages.post(button.action, button.fields)
    assert "1 rows are in the records now. 1 could not be taken in." in text_of(done)
    assert "amber-anchor" in text_of(done)
    assert b"amber-anchor" in (await pages.get(RECORDS + "/sheet.csv")).content
    assert (await pages.get(RECORDS + "/sheet.xlsx")).content.startswith(b"PK")


async def test_a_file_that_is_no_sheet_comes_back_with_its_fault(pages: Pages, community: Community) -> None:
    """P-9.1"""
    await pages.sign_in(community, AMARA)
    answer = await pages.fill(IMPORT, IMPORT, files={"sheet": ("old.csv", b"a,b")})
    assert (answer.status_code, 'id="sheet-error"' in answer.text) == (422, True)


async def test_the_records_are_there_for_their_seats_alone(pages: Pages, community: Community) -> None:
    """P-1.1"""
    await pages.sign_in(community, INES)
    assert (await pages.get(RECORDS)).status_code == 404
    await pages.sign_in(community, BRUNO)
    assert (await pages.get(IMPORT)).status_code == 404


async def test_a_summary_reaches_nobody_before_a_second_member_has_read_it(pages: Pages, community: Community) -> None:
    """P-9.4, P-5.6"""
    case, person = await community.a_named_case()
    record = f"{RECORDS}/cases/{case.code_name}"
    await pages.sign_in(community, AMARA)
    empty = await pages.fill(record, record + "/summary", flagged="yes", advice="Ask them to stay away.")
    assert (empty.status_code, "Ask them to stay away." in empty.text) == (422, True)
    said = await pages.fill(record, record + "/summary", flagged="yes", summary="He insulted people.")
    assert "“He” says a gender" in text_of(said)
    own = await pages.post(record + "/summary/read", {**forms_of(said)[1].fields, "about": person})
    assert (own.status_code, "You wrote it" in own.text) == (422, True)
    await pages.sign_in(community, BRUNO)
    assert "Read. Events may be told" in text_of(await pages.fill(record, record + "/summary/read"))


@pytest.mark.harm("confirmed-without-being-read")
async def test_words_that_were_changed_meanwhile_are_not_approved_by_whoever_read_the_earlier_ones(
    pages: Pages, community: Community
) -> None:
    """P-5.6: two tabs, of which one is old."""
    case, _ = await community.a_named_case()
    record = f"{RECORDS}/cases/{case.code_name}"
    await pages.sign_in(community, AMARA)
    old = await pages.fill(record, record + "/summary", flagged="yes", summary="Insulted people.")
    await pages.sign_in(community, BRUNO)
    read = next(form for form in forms_of(await pages.get(record)) if form.action.endswith("/read"))
    await pages.sign_in(community, AMARA)
    await pages.fill(record, record + "/summary", flagged="yes", summary="Insulted Robin, who reported it.")
    late = await pages.post(record + "/summary", {**forms_of(old)[1].fields, **token_of(await pages.get(record))})
    assert (late.status_code, "Insulted Robin" in (await pages.get(record)).text) == (422, True)
    await pages.sign_in(community, BRUNO)
    stale = await pages.post(read.action, {**read.fields, **token_of(await pages.get(record))})
    assert (stale.status_code, "changed meanwhile" in text_of(stale)) == (422, True)
    assert "A second member has read" not in text_of(await pages.get(record))


def token_of(answer: httpx2.Response) -> dict[str, str]:
    """The token of the session that the page was shown in."""
    return {"token": forms_of(answer)[0].fields["token"]}


async def test_what_is_stated_of_a_case_stands_in_the_sheet(pages: Pages, community: Community) -> None:
    """P-9.1, P-10.4"""
    case, _ = await community.a_named_case()
    record = f"{RECORDS}/cases/{case.code_name}"
    await pages.sign_in(community, BRUNO)
    done = await pages.fill(record, record, ongoing="Yes", acted="yes", types="retaliation")
    assert "Kept." in text_of(done)
    assert 'value="retaliation" checked' in done.text
    assert "Maybe" not in text_of(await pages.get(RECORDS))


async def test_statistics_are_published_and_a_yearly_report_is_read_by_a_second(
    pages: Pages, community: Community
) -> None:
    """P-10.1, P-10.2"""
    await import_sheet(community.app, AMARA, a_file({}), is_dry_run=False)
    await pages.sign_in(community, AMARA)
    shown = await pages.get(RECORDS + "/statistics")
    form = next(each for each in forms_of(shown) if each.fields.get("period") == "2021-1")
    assert "are published" in text_of(await pages.post(form.action, form.fields))
    assert b"2021-1" in (await pages.get(RECORDS + "/statistics/table.csv")).content
    yearly = RECORDS + "/yearly"
    assert (await pages.fill(yearly, yearly, year="soon")).status_code == 422
    assert "is prepared" in text_of(await pages.fill(yearly, yearly, year="2021", lessons="Answer sooner."))
    assert (await pages.get(yearly + "/report.md?year=2021")).status_code == 404
    await pages.sign_in(community, BRUNO)
    assert "is published" in text_of(await pages.fill(yearly, yearly + "/publish"))
    for kind in ("md", "html"):
        assert "Answer sooner" in (await pages.get(f"{yearly}/report.{kind}?year=2021")).text


async def test_who_somebody_is_asks_for_a_passkey_everywhere_and_shows_who_looked(
    pages: Pages, community: Community
) -> None:
    """P-9.2, P-9.8"""
    case, person = await community.a_named_case()
    one = f"{RECORDS}/identities/one?person={person}"
    await pages.sign_in(community, AMARA, is_proven=False)
    assert (await pages.get(one)).status_code == 403
    await pages.sign_in(community, AMARA)
    assert person in text_of(await pages.get(RECORDS + "/identities"))
    kept = await pages.fill(one, RECORDS + "/identities/one", name="Sam Example", **{"known-from": case.code_name})
    assert "Sam Example" in text_of(kept)
    assert "Amara Okafor" in text_of(kept).partition("Who looked at this")[2]
    assert person in (await pages.get(f"{RECORDS}/cases/{case.code_name}/document/group.md")).text
    assert (await pages.get(f"{RECORDS}/cases/{case.code_name}/document/adviser.pdf")).content.startswith(b"%PDF")
    await pages.sign_in(community, BRUNO)
    assert (await pages.get(one)).status_code == 404
