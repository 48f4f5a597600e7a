"""The reading room: a preview uses nothing up, a link opens once, and permission is asked at every request."""

from datetime import timedelta

import pytest

from guardian.cases.handoffs import Urgency
from guardian.services.conflicts.audience import open_to_all
from guardian.services.conflicts.conflict_claims import decide_conflict, raise_conflict
from guardian.services.conflicts.recusal import recuse
from guardian.services.deliberation.risk import mark_risk
from guardian.services.escalation.escalations import ContentSubject, EscalationInput, escalate
from guardian.services.identity.linking import propose_link
from guardian.services.reading_room.sessions import create_link
from guardian.services.reports.intake import EvidenceInput
from rules.conflicts import ConflictReason
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, FORUM, INES, TEXT, Community, a_message
from tests.builders.journey import newest_case
from tests.builders.pages import Pages, forms_of, text_of

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(20)
NOT_A_PICTURE = b"<svg onload=alert(1)>"


async def a_link(community: Community, code_name: str) -> str:
    """The path of a fresh link for Bruno."""
    return (await create_link(community.app, BRUNO, code_name)).removeprefix(community.app.base_url)


async def a_room(pages: Pages, community: Community, **facts: object) -> str:
    """Bruno reads a case, which a chair has opened to all where a file could not be read; its code name."""
    case = await community.a_case(**facts)
    if case.audience is not None:
        await open_to_all(community.app, AMARA, case.code_name)
    path = await a_link(community, case.code_name)
    await pages.fill(path, path)
    return case.code_name


async def test_a_preview_of_a_link_shows_one_button_and_uses_nothing_up(pages: Pages, community: Community) -> None:
    case = await community.a_case()
    path = await a_link(community, case.code_name)
    for _ in range(3):
        answer = await pages.get(path)
        assert [form.action for form in forms_of(answer)] == [path]
        assert (case.code_name in answer.text, TEXT in answer.text) == (False, False)
    assert (await pages.client.head(path)).status_code == 200
    opened = await pages.post(path)
    assert (opened.status_code, opened.url.path, TEXT in text_of(opened)) == (200, "/room", True)


async def test_a_used_link_says_how_to_get_a_new_one(pages: Pages, community: Community) -> None:
    case = await community.a_case()
    path = await a_link(community, case.code_name)
    await pages.post(path)
    for answer in (await pages.get(path), await pages.post(path), await pages.get("/read/AAAAA")):
        assert (answer.status_code, "its code name in Discord" in text_of(answer)) == (410, True)


async def test_a_link_of_six_minutes_ago_opens_nothing(pages: Pages, community: Community) -> None:
    case = await community.a_case()
    path = await a_link(community, case.code_name)
    community.pass_time(timedelta(minutes=6))
    assert (await pages.post(path)).status_code == 410


async def test_the_room_closes_after_half_an_hour(pages: Pages, community: Community) -> None:
    await a_room(pages, community)
    community.pass_time(timedelta(minutes=30))
    answer = await pages.get("/room")
    assert (answer.status_code, "half an hour" in text_of(answer), TEXT in answer.text) == (410, True, False)


async def test_a_member_who_recuses_sees_nothing_more_in_the_open_room(pages: Pages, community: Community) -> None:
    """P-4.1"""
    code_name = await a_room(
        pages, community, evidence=(EvidenceInput(kind="file", file_name="a.png", content=PICTURE),)
    )
    file = await community.read_case(AMARA, code_name)
    (piece,) = file.reports[0].evidence
    await recuse(community.app, BRUNO, code_name, ConflictReason.SAME_EMPLOYER)
    for path in ("/room", f"/room/evidence/{piece.id}", f"/room/evidence/{piece.id}/picture"):
        answer = await pages.get(path)
        assert (answer.status_code, TEXT in answer.text) == (410, False)


async def test_every_reading_is_in_the_journal(pages: Pages, community: Community) -> None:
    """P-9.8"""
    await a_room(pages, community)
    await pages.get("/room")
    assert (await community.journal_acts()).count("case.was_read") == 2


async def test_the_room_shows_the_whole_case_and_follows_no_link_of_a_report(
    pages: Pages, community: Community
) -> None:
    await a_room(pages, community, who="grumbler", evidence=(a_message(),), named_members=(DMITRI,))
    answer = await pages.get("/room")
    for shown in (TEXT, "You are all fools.", "Dmitri Volkov", "https://discord.example/1/2/3", "Amara Okafor"):
        assert shown in text_of(answer)
    assert 'href="https://discord.example' not in answer.text


async def test_evidence_is_only_ever_saved_and_never_run(pages: Pages, community: Community) -> None:
    """P-2.7"""
    files = (EvidenceInput(kind="file", file_name='a "b".html', content=NOT_A_PICTURE),)
    code_name = await a_room(pages, community, evidence=files)
    (piece,) = (await community.read_case(AMARA, code_name)).reports[0].evidence
    answer = await pages.get(f"/room/evidence/{piece.id}")
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
    room = await pages.get("/room")
    assert room.text.count("<details><summary>Show the picture") == 2
    real, false = (await community.read_case(AMARA, code_name)).reports[0].evidence
    shown = await pages.get(f"/room/evidence/{real.id}/picture")
    assert (shown.content, shown.headers["content-type"]) == (PICTURE, "image/png")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert (await pages.get(f"/room/evidence/{false.id}/picture")).status_code == 404


@pytest.mark.parametrize("path", ["/room", "/room/evidence/x", "/room/evidence/x/picture"])
async def test_without_a_session_there_is_nothing_to_see(pages: Pages, community: Community, path: str) -> None:
    await community.a_case()
    answer = await pages.get(path)
    assert answer.status_code in (403, 410)
    assert TEXT not in answer.text


async def test_leaving_the_room_takes_the_key_from_the_browser(pages: Pages, community: Community) -> None:
    await a_room(pages, community)
    await pages.post("/room/leave")
    assert (await pages.get("/room")).status_code == 410


@pytest.mark.harm("session-outlives-leaving")
async def test_a_session_that_was_left_opens_nothing_for_whoever_kept_its_cookie(
    pages: Pages, community: Community
) -> None:
    """P-9.8: leaving ends the session at the service, and not only in the browser."""
    code_name = await a_room(pages, community)
    kept = dict(pages.client.cookies)
    await pages.post("/room/leave")
    pages.client.cookies.update(kept)
    answer = await pages.get("/room")
    assert (answer.status_code, TEXT in answer.text, code_name in answer.text) == (410, False, False)
    assert "reading_room.was_left" in await community.journal_acts()


async def test_the_room_says_what_a_report_is_for_who_marked_a_risk_and_which_conflict_was_decided(
    pages: Pages, community: Community
) -> None:
    """P-2.3, P-3.2, P-4.1"""
    case = await community.a_case(answers={"handled": "yes"})
    await mark_risk(community.app, AMARA, case.code_name, at_risk=True, reason="They were followed home.")
    await raise_conflict(community.app, BRUNO, case.code_name, DMITRI, ConflictReason.SAME_EMPLOYER, "The same team.")
    path = await a_link(community, case.code_name)
    words = text_of(await pages.fill(path, path))
    for shown in ("for the file: it was dealt with already", "Amara Okafor: somebody is at risk", "followed home"):
        assert shown in words
    assert "The same team." not in words
    await decide_conflict(community.app, AMARA, case.code_name, DMITRI, steps_back=False, reason="Not any more.")
    words = text_of(await pages.get("/room"))
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
    path = await a_link(community, case.code_name)
    words = text_of(await pages.fill(path, path))
    for shown in ("Ines Moreau", "Hidden, and asked to stop.", "not yet"):
        assert shown in words


async def test_a_link_is_confirmed_and_undone_where_its_evidence_stands(pages: Pages, community: Community) -> None:
    """P-6.4"""
    case, person = await community.a_named_case()
    community.spaces[FORUM].add("41", "innocent")
    made = await propose_link(community.app, AMARA, person, FORUM, "innocent", "They write alike.")
    path = await a_link(community, case.code_name)
    assert "They write alike." in text_of(await pages.fill(path, path))
    shown = await pages.fill("/room", f"/room/links/{made.link}/confirm")
    assert "The link is confirmed." in text_of(shown)
    empty = await pages.fill("/room", f"/room/links/{made.link}/undo")
    assert (empty.status_code, "They write alike." in text_of(empty)) == (422, True)
    undone = await pages.fill("/room", f"/room/links/{made.link}/undo", **{f"undo-{made.link}": "Two people."})
    assert "The link is undone" in text_of(undone)
    assert "innocent" not in text_of(await pages.get("/room"))
