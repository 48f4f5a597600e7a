"""Texts: one for every kind, plain and complete, and none that gives away what its reader must not learn from it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from guardian.cases.case import CaseState
from guardian.ids import AccountId, CaseId, MemberId, NoticeId, PersonId, ReportId
from guardian.notices import phrases
from guardian.notices.models import News, Notice, NoticeKind, Recipient, RecipientKind
from guardian.notices.renderer import NoticeRenderer, NoticeText
from guardian.notices.results import Result
from guardian.notices.translations import load_texts, translate_text
from guardian.services.reports.mail_requests import MailedRequest
from guardian.spaces.messages import MessageLink
from rules.ladder import Outcome, ReadmissionRequirement
from rules.measures import MeasureReason
from rules.precedence import Restriction

TEMPLATES = Path(phrases.__file__).parent / "templates"
TO_REPORTERS = (NoticeKind.REPORTER_NEWS, NoticeKind.REPORTER_LATE, NoticeKind.MAIL_RECEIVED)
TO_PEOPLE = (
    NoticeKind.HEARING,
    NoticeKind.PERSON_ANSWER,
    NoticeKind.TALK,
    NoticeKind.DECISION,
    NoticeKind.ACTED,
    NoticeKind.MEASURED,
    NoticeKind.MEASURE_ANSWERED,
    NoticeKind.RELEASED,
    NoticeKind.MAY_REQUEST_READMISSION,
    NoticeKind.READMISSION_ANSWERED,
    NoticeKind.LINKED,
    NoticeKind.SHOW_ACCOUNTS,
)
TO_OWNERS = (NoticeKind.OWNER_LINK_MADE, NoticeKind.OWNER_LINK_KEPT, NoticeKind.OWNER_LINK_UNDONE)
TO_MEMBERS = tuple(kind for kind in NoticeKind if kind not in TO_REPORTERS + TO_PEOPLE + TO_OWNERS)
WITHOUT_CASE = (
    NoticeKind.MEMBERSHIP,
    NoticeKind.MEMBERSHIP_ENDED,
    NoticeKind.ROTA,
    NoticeKind.DATA_REQUEST,
    NoticeKind.AFFILIATE_REPORT,
    NoticeKind.CODE,
    NoticeKind.SIGN_IN_LINK,
    NoticeKind.PASSKEY_RECOVERY,
    NoticeKind.REPORT_FLOOD,
    NoticeKind.CLOCK_DISTRUSTED,
    NoticeKind.SPACE_DOWN,
    NoticeKind.SPACE_PAUSED,
    NoticeKind.SPACE_BACK,
    NoticeKind.MAIL_NOT_READ,
    NoticeKind.ITEM_UNREAD,
    NoticeKind.LIFTING_QUESTION,
    NoticeKind.ESCALATION_NEWS,
    NoticeKind.CROSS_SPACE_PATTERN,
    NoticeKind.NATIVE_ACTION_BY_STRANGER,
    NoticeKind.MANUAL_TASK,
)

CODE_NAME = "amber-otter"
RECEIPT = "ABCDE-FGHJK"
OF_THE_CASE: Mapping[str, str] = {
    "text": "He wrote insults under my question.",
    "reporter": "Rana Reporter",
    "handle": "grumbler",
    "who": "Gunnar Grumbler",
    "reason": "because of what Rana saw",
    "reference": "GRD-23456789ABCD",
    "receipt": RECEIPT,
    "conditions": "an apology to Rana",
}
CLOCKS: Mapping[str, str] = dict.fromkeys(
    ("until", "due", "closes", "new_date", "answer_by", "ends", "ended", "returns", "review_on"),
    "2026-03-09T18:30:00+00:00",
)
KINDS_OF: Mapping[str, str] = {
    "person": "velvet-harbour",
    "space": "forum",
    "needs": "Ban Members",
    "page": "https://guardian.example/personal",
    "cause": "review",
    "ask": "answer",
    "result": "ratified",
    "promise": "first_answer",
    "code": "314159",
    "restriction": Restriction.SUSPENDED,
    "outcome": Outcome.SHORT_SUSPENSION,
    "return": ReadmissionRequirement.REQUEST,
    "answer": "yes",
    "state": "awaiting",
}


@pytest.fixture
def renderer() -> NoticeRenderer:
    return NoticeRenderer("Example", "https://guardian.example/")


def to(kind: NoticeKind) -> Recipient:
    """A recipient of the sort that the kind is for."""
    if kind in TO_REPORTERS:
        return Recipient(kind=RecipientKind.REPORTER, report=ReportId("r"))
    if kind in TO_OWNERS:
        return Recipient(kind=RecipientKind.ACCOUNT, account=AccountId("a"))
    if kind in TO_PEOPLE:
        return Recipient(kind=RecipientKind.PERSON, person=PersonId("p"))
    return Recipient(kind=RecipientKind.MEMBER, member=MemberId("m"))


def a_notice(kind: NoticeKind, **facts: str) -> Notice:
    """A notice of the kind, with nothing but the facts given."""
    return Notice(id=NoticeId("n"), kind=kind, to=to(kind), case=CaseId("c"), facts=facts)


def a_full_notice(kind: NoticeKind, **facts: str) -> Notice:
    """A notice with every fact that any kind is given, and with some that none should have."""
    return a_notice(kind, **{**OF_THE_CASE, **CLOCKS, **KINDS_OF, "code_name": CODE_NAME, **facts})


def full_text(text: NoticeText) -> str:
    return f"{text.subject}\n{text.body}"


def test_every_kind_has_a_template_and_every_template_a_kind() -> None:
    templates = {path.stem for path in TEMPLATES.glob("*.txt") if not path.stem.startswith("_")}
    assert templates == {str(kind) for kind in NoticeKind}
    assert {path.stem for path in (TEMPLATES / "pages").glob("*.txt")} <= templates


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_is_worded_whether_its_facts_are_there_or_not(renderer: NoticeRenderer, kind: NoticeKind) -> None:
    for notice in (a_notice(kind), a_full_notice(kind), a_full_notice(kind, **dict.fromkeys(CLOCKS, "never"))):
        for text in (renderer.render(notice), renderer.render_for_page(notice)):
            assert text.subject
            assert text.body
            assert "\n" not in text.subject
            assert not any(left in full_text(text) for left in ("None", "{{", "}}", "{%", "\n\n\n", "never"))


@pytest.mark.parametrize("kind", TO_MEMBERS)
def test_what_a_member_is_sent_has_nothing_of_the_report_in_it(renderer: NoticeRenderer, kind: NoticeKind) -> None:
    """P-3.1"""
    for news in News:
        text = full_text(renderer.render(a_full_notice(kind, news=news)))
        assert [name for name, secret in OF_THE_CASE.items() if secret in text] == []


@pytest.mark.parametrize("kind", [kind for kind in TO_MEMBERS if kind not in WITHOUT_CASE])
def test_what_a_member_is_sent_begins_with_the_code_name(renderer: NoticeRenderer, kind: NoticeKind) -> None:
    assert renderer.render(a_notice(kind, code_name=CODE_NAME)).subject.startswith(f"{CODE_NAME}: ")


@pytest.mark.parametrize("kind", TO_REPORTERS + TO_PEOPLE)
def test_no_party_ever_reads_a_code_name(renderer: NoticeRenderer, kind: NoticeKind) -> None:
    """P-3.1"""
    notice = a_full_notice(kind)
    for text in (renderer.render(notice), renderer.render_for_page(notice)):
        assert CODE_NAME not in full_text(text)
        assert KINDS_OF["person"] not in full_text(text)


@pytest.mark.parametrize("kind", TO_OWNERS)
def test_whoever_owns_an_account_reads_nothing_of_the_matter_of_the_person_it_was_taken_for(
    renderer: NoticeRenderer, kind: NoticeKind
) -> None:
    """P-2.11: they may be a stranger, and what they are sent stands in their inbox for good."""
    notice = a_full_notice(kind)
    for text in (full_text(renderer.render(notice)), full_text(renderer.render_for_page(notice))):
        told = [name for name, secret in {**OF_THE_CASE, **CLOCKS}.items() if secret in text]
        assert [name for name in told if name != "receipt"] == []
        assert CODE_NAME not in text
        assert KINDS_OF["person"] not in text
    assert RECEIPT not in full_text(renderer.render_for_page(notice))


@pytest.mark.parametrize("kind", TO_REPORTERS + TO_PEOPLE)
def test_a_party_is_sent_their_own_reference(renderer: NoticeRenderer, kind: NoticeKind) -> None:
    """P-3.1"""
    assert OF_THE_CASE["reference"] in full_text(renderer.render(a_full_notice(kind)))


@pytest.mark.parametrize("news", News)
def test_what_a_reporter_is_sent_says_only_that_something_waits(renderer: NoticeRenderer, news: News) -> None:
    said = {
        full_text(renderer.render(a_full_notice(NoticeKind.REPORTER_NEWS, news=each))) for each in (news, News.CLOSED)
    }
    assert len(said) == 1
    (text,) = said
    assert "https://guardian.example/follow-up" in text
    assert not any(OF_THE_CASE[name] in text for name in ("text", "conditions", "receipt"))


def test_a_reporter_reads_the_groups_own_words_on_the_page(renderer: NoticeRenderer) -> None:
    notice = a_full_notice(NoticeKind.REPORTER_NEWS, news=News.ANSWER)
    assert OF_THE_CASE["text"] in renderer.render_for_page(notice).body
    standard = renderer.render_for_page(a_notice(NoticeKind.REPORTER_NEWS, news=News.CLOSED)).body
    assert standard == translate_text("en", f"news.{News.CLOSED}")


def test_a_reporter_who_was_let_down_is_told_so_with_a_new_date_and_whom_else_to_turn_to(
    renderer: NoticeRenderer,
) -> None:
    """P-2.4"""
    clocks = {"due": CLOCKS["due"], "new_date": CLOCKS["new_date"]}
    body = renderer.render(a_notice(NoticeKind.REPORTER_LATE, turn_to="board@example.org", **clocks)).body
    assert body.count("9 March 2026, 18:30 UTC") == 2
    assert "We are sorry" in body
    assert "write here: board@example.org" in body


@pytest.mark.parametrize("kind", [k for k in TO_PEOPLE if k is not NoticeKind.READMISSION_ANSWERED])
def test_a_person_is_handed_their_page_and_its_receipt_but_not_on_the_page_itself(
    renderer: NoticeRenderer, kind: NoticeKind
) -> None:
    """P-6.2"""
    notice = a_full_notice(kind)
    assert RECEIPT in renderer.render(notice).body
    assert KINDS_OF["page"] in renderer.render(notice).body
    assert RECEIPT not in renderer.render_for_page(notice).body


@pytest.mark.parametrize("outcome", sorted(phrases.VIOLATIONS))
def test_the_standard_text_of_a_decision_has_its_four_parts(renderer: NoticeRenderer, outcome: Outcome) -> None:
    """P-5.5"""
    notice = a_full_notice(NoticeKind.DECISION, outcome=outcome)
    without_draft = replace(notice, facts={name: fact for name, fact in notice.facts.items() if name != "text"})
    body = renderer.render(without_draft).body
    parts = ["What it is about:", "What it did:", "What is expected of you:", "What follows:", "If it goes on"]
    assert sorted(parts, key=body.index) == parts
    assert "until 9 March 2026, 18:30 UTC" in body
    assert translate_text("en", f"returns.{ReadmissionRequirement.REQUEST}") in body


def test_a_decision_that_finds_nothing_blames_nobody(renderer: NoticeRenderer) -> None:
    body = renderer.render(
        a_notice(NoticeKind.DECISION, outcome=Outcome.NO_VIOLATION, restriction=Restriction.NONE)
    ).body
    assert "Nothing is restricted." in body
    assert "What it did:" not in body
    assert "If it goes on" not in body


def test_a_text_that_was_read_by_two_replaces_the_standard_one_and_keeps_what_holds(renderer: NoticeRenderer) -> None:
    """P-5.6"""
    body = renderer.render(a_full_notice(NoticeKind.DECISION)).body
    assert body.startswith(OF_THE_CASE["text"])
    assert "What it did:" not in body
    assert "until 9 March 2026, 18:30 UTC" in body


def test_an_act_taken_for_danger_and_a_braked_service_are_told_apart(renderer: NoticeRenderer) -> None:
    bodies = {
        renderer.render(a_notice(NoticeKind.BRAKE, **facts)).body
        for facts in ({}, {"act": "a"}, {"stop": "s", "what": "stopped", "of": "Dmitri", "by": "Eleni"})
    }
    assert len(bodies) == 3


def test_every_piece_of_news_has_words_of_its_own() -> None:
    assert set(phrases.CASE_NEWS) == set(News)
    texts = load_texts("en")
    chosen: Mapping[str, Iterable[str]] = {
        "returns": ReadmissionRequirement,
        "restriction": set(Restriction) - {Restriction.NONE},
        "result": Result,
        "proposed": Result,
        "measure_reason": MeasureReason,
        "mailed": MailedRequest,
        "outcome": Outcome,
        "state": CaseState,
    }
    assert [
        f"{group}.{name}" for group, names in chosen.items() for name in names if f"{group}.{name}" not in texts
    ] == []


def test_whoever_lifts_by_hand_again_and_again_is_brought_before_the_chair(renderer: NoticeRenderer) -> None:
    text = renderer.render(a_notice(NoticeKind.DEADLINE_PASSED, alarm="lifted_again"))
    assert phrases.ALERTS["lifted_again"] in text.body


def test_a_fact_cannot_act_as_a_template(renderer: NoticeRenderer) -> None:
    body = renderer.render(a_notice(NoticeKind.HEARING, text="{{ community }} {% include '_yours.txt' %}")).body
    assert "{{ community }} {% include '_yours.txt' %}" in body


@pytest.mark.harm("told-to-type-where-nobody-can")
@pytest.mark.parametrize("kind", TO_MEMBERS)
@pytest.mark.parametrize(
    "facts", [{}, {"what": "put_out"}, {"act": "a"}, {"ask": "motion"}, {"local": "yes"}, {"cause": "reconsideration"}]
)
def test_a_members_text_asks_nobody_to_type_a_command(
    renderer: NoticeRenderer, kind: NoticeKind, facts: Mapping[str, str]
) -> None:
    """P-11.2"""
    body = renderer.render(a_full_notice(kind, **facts)).body
    assert "Discord" not in body
    assert re.findall(r"(?:^|\s)/[a-z-]+", body) == []


@pytest.mark.harm("told-to-type-where-nobody-can")
def test_a_new_report_leads_to_the_page_of_its_case() -> None:
    """P-11.2"""
    renderer = NoticeRenderer("Example", "https://guardian.example")
    text = renderer.render(a_full_notice(NoticeKind.NEW_REPORT))
    address = f"https://guardian.example/console/cases/{CODE_NAME}"
    assert f"To open it: {address}" in text.body
    assert text.buttons == (MessageLink("Open the case", address),)


@pytest.mark.parametrize("kind", TO_MEMBERS)
def test_a_button_opens_nothing_that_the_text_does_not_name(renderer: NoticeRenderer, kind: NoticeKind) -> None:
    """P-4.2: an address says no more than the notice, and signs nobody in."""
    text = renderer.render(a_full_notice(kind))
    for button in text.buttons:
        if isinstance(button, MessageLink):
            assert button.address in text.body
            assert "/sign-in" not in button.address
        else:
            assert button.subject in text.subject


@pytest.mark.parametrize("kind", TO_REPORTERS + TO_PEOPLE + TO_OWNERS)
def test_nobody_outside_the_groups_is_shown_a_button_of_theirs(renderer: NoticeRenderer, kind: NoticeKind) -> None:
    assert renderer.render(a_full_notice(kind)).buttons == ()
