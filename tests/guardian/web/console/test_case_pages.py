"""The page of a case: what it shows, what is saved from it, and permission asked at every request."""

import re

from guardian.cases.handoffs import Urgency
from guardian.services.conflicts.audience import open_to_all
from guardian.services.conflicts.conflict_claims import decide_conflict, raise_conflict
from guardian.services.conflicts.recusal import recuse
from guardian.services.deliberation.risk import mark_risk
from guardian.services.escalation.escalations import ContentSubject, EscalationInput, escalate
from guardian.services.identity.linking import propose_link
from guardian.services.reports.intake import EvidenceInput
from rules.conflicts import ConflictReason
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, FORUM, INES, TEXT, Community, a_message
from tests.builders.journey import newest_case
from tests.builders.pages import Pages, text_of

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(20)
NOT_A_PICTURE = b"<svg onload=alert(1)>"


async def a_room(pages: Pages, community: Community, **facts: object) -> str:
    """Bruno is signed in, and a case is there for him, which a chair has opened to all where a file is not read."""
    case = await community.a_case(**facts)
    if case.audience is not None:
        await open_to_all(community.app, AMARA, case.code_name)
    await pages.sign_in(community, BRUNO)
    return case.code_name


async def test_a_member_who_recuses_sees_nothing_more_in_the_open_room(pages: Pages, community: Community) -> None:
    """P-4.1"""
    code_name = await a_room(
        pages, community, evidence=(EvidenceInput(kind="file", file_name="a.png", content=PICTURE),)
    )
    file = await community.read_case(AMARA, code_name)
    (piece,) = file.reports[0].evidence
    await recuse(community.app, BRUNO, code_name, ConflictReason.SAME_EMPLOYER)
    at = f"/console/cases/{code_name}"
    for path in (at, f"{at}/evidence/{piece.id}", f"{at}/evidence/{piece.id}/picture"):
        answer = await pages.get(path)
        assert (answer.status_code, TEXT in answer.text) == (404, False)


async def test_every_reading_is_in_the_journal(pages: Pages, community: Community) -> None:
    """P-9.8"""
    code_name = await a_room(pages, community)
    for _ in range(2):
        await pages.get(f"/console/cases/{code_name}")
    assert (await community.journal_acts()).count("case.was_read") == 2


async def test_the_room_shows_the_whole_case_and_follows_no_link_of_a_report(
    pages: Pages, community: Community
) -> None:
    code_name = await a_room(pages, community, who="grumbler", evidence=(a_message(),), named_members=(DMITRI,))
    answer = await pages.get(f"/console/cases/{code_name}")
    for shown in (TEXT, "You are all fools.", "Dmitri Volkov", "https://discord.example/1/2/3", "Amara Okafor"):
        assert shown in text_of(answer)
    assert 'href="https://discord.example' not in answer.text


async def test_evidence_is_only_ever_saved_and_never_run(pages: Pages, community: Community) -> None:
    """P-2.7"""
    files = (EvidenceInput(kind="file", file_name='a "b".html', content=NOT_A_PICTURE),)
    code_name = await a_room(pages, community, evidence=files)
    (piece,) = (await community.read_case(AMARA, code_name)).reports[0].evidence
    answer = await pages.get(f"/console/cases/{code_name}/evidence/{piece.id}")
    assert answer.content == NOT_A_PICTURE
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''a%20%22b%22.html"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "application/octet-stream"


async def test_a_picture_is_shown_only_when_asked_for_and_only_if_its_bytes_are_one(
    pages: Pages, community: Community
) -> None:
    """P-2.7"""
    files = (
        EvidenceInput(kind="file", file_name="real.png", content=PICTURE),
        EvidenceInput(kind="file", file_name="false.png", content=NOT_A_PICTURE),
    )
    code_name = await a_room(pages, community, evidence=files)
    room = await pages.get(f"/console/cases/{code_name}")
    assert room.text.count("<details><summary>Show the picture") == 2
    real, false = (await community.read_case(AMARA, code_name)).reports[0].evidence
    shown = await pages.get(f"/console/cases/{code_name}/evidence/{real.id}/picture")
    assert (shown.content, shown.headers["content-type"]) == (PICTURE, "image/png")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert (await pages.get(f"/console/cases/{code_name}/evidence/{false.id}/picture")).status_code == 404


async def test_the_room_says_what_a_report_is_for_who_marked_a_risk_and_which_conflict_was_decided(
    pages: Pages, community: Community
) -> None:
    """P-2.3, P-3.2, P-4.1"""
    case = await community.a_case(answers={"handled": "yes"})
    await mark_risk(community.app, AMARA, case.code_name, at_risk=True, reason="They were followed home.")
    await raise_conflict(community.app, BRUNO, case.code_name, DMITRI, ConflictReason.SAME_EMPLOYER, "The same team.")
    await pages.sign_in(community, BRUNO)
    words = text_of(await pages.get(f"/console/cases/{case.code_name}"))
    for shown in ("for the file: it was dealt with already", "Amara Okafor: somebody is at risk", "followed home"):
        assert shown in words
    assert "The same team." not in words
    await decide_conflict(community.app, AMARA, case.code_name, DMITRI, steps_back=False, reason="Not any more.")
    words = text_of(await pages.get(f"/console/cases/{case.code_name}"))
    for shown in ("Dmitri Volkov: same employer", "The same team.", "they take part", "Not any more."):
        assert shown in words


async def test_the_room_shows_who_passed_the_case_on_and_what_was_done_locally(
    pages: Pages, community: Community
) -> None:
    """P-8.2"""
    thing = ContentSubject(DISCORD, "", (a_message(),))
    await escalate(
        community.app, INES, EscalationInput(thing, Urgency.SOON, "Hidden, and asked to stop.", "It goes on.")
    )
    case = await newest_case(community)
    await pages.sign_in(community, BRUNO)
    words = text_of(await pages.get(f"/console/cases/{case.code_name}"))
    for shown in ("Ines Moreau", "Hidden, and asked to stop.", "not yet"):
        assert shown in words


async def test_a_link_is_confirmed_and_undone_where_its_evidence_stands(pages: Pages, community: Community) -> None:
    """P-6.4"""
    case, person = await community.a_named_case()
    community.spaces[FORUM].add("41", "innocent")
    made = await propose_link(community.app, AMARA, person, FORUM, "innocent", "They write alike.")
    await pages.sign_in(community, BRUNO)
    at = f"/console/cases/{case.code_name}"
    assert "They write alike." in text_of(await pages.get(at))
    shown = await pages.fill(at, f"{at}/links/{made.link}/confirm")
    assert "The link is confirmed." in text_of(shown)
    empty = await pages.fill(at, f"{at}/links/{made.link}/undo")
    assert (empty.status_code, "They write alike." in text_of(empty)) == (422, True)
    undone = await pages.fill(at, f"{at}/links/{made.link}/undo", **{f"undo-{made.link}": "Two people."})
    assert "The link is undone" in text_of(undone)
    assert "innocent" not in text_of(await pages.get(at))


async def test_a_member_may_choose_to_see_pictures_as_they_are_and_each_opening_is_on_record(
    pages: Pages, community: Community
) -> None:
    """P-9.8"""
    picture = EvidenceInput(kind="file", file_name="a.png", content=PICTURE)
    at = f"/console/cases/{await a_room(pages, community, evidence=(picture,))}"
    tick = re.compile(r'<input type="checkbox" id="sharp-[^"]+"( checked)?>')
    seen = []
    for chosen in ("soft", "sharp", "soft"):
        await pages.fill("/console/settings", "/console/settings/pictures", pictures=chosen)
        found = tick.search((await pages.get(at)).text)
        seen.append(found is not None and found.group(1) is not None)
        source = (await pages.get(at)).text.partition('loading="lazy" src="')[2].partition('"')[0]
        assert (await pages.get(source)).content == PICTURE
    assert seen == [False, True, False]
    assert (await community.journal_acts()).count("evidence.was_opened") == 3
