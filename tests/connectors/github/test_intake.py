"""The doorbell of last resort: what mentions the App is kept and then taken away, once, and nothing else is kept or said."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.emulators.github.people import GithubPerson
from connectors.emulators.github.server import GithubEmulator
from connectors.emulators.github.state import Kind
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.github.client import GithubConfig
from connectors.github.comments import CommentKind
from connectors.github.intake import GithubInbox
from connectors.github.space import GithubSpace
from guardian.cases.handoffs import NO_WORDS
from guardian.cases.reports import Addition, Evidence, Report
from guardian.notices.models import NoticeKind
from guardian.services.escalation.escalations import list_escalations
from guardian.services.reports.own_reports import list_own_reports
from guardian.spaces.port import Account
from guardian.spaces.registry import Mode
from tests.builders.community import GITHUB, INES, Community, a_community
from tests.contracts.schemas.github import validate_history
from tests.fakes.clock import FrozenClock

CALL = "@Guardian-App please look: he insults everybody here."
UNREPORTED = "A remark that nobody has reported, about Tuesday."


@dataclass(slots=True)
class MentionSetup:
    """A repository with an issue of Rowan's, who is watched by Hazel, and the inbox over it. Wren is who reports."""

    emulator: GithubEmulator
    inbox: GithubInbox
    community: Community
    issue: int = 0

    @property
    def wren(self) -> GithubPerson:
        return self.emulator.person("wren")

    def page(self) -> str:
        """The issue as everybody sees it."""
        return self.emulator.person("hazel").reads("site", self.issue)

    async def reports(self) -> list[Report]:
        async with self.community.units_of_work.read() as view:
            cases = await view.cases.cases()
            return [report for case in cases for report in await view.cases.reports_of(case.id)]

    async def evidence(self) -> list[Evidence]:
        (report,) = await self.reports()
        async with self.community.units_of_work.read() as view:
            return list(await view.cases.evidence_of(report.case))

    async def added(self) -> list[Addition]:
        (report,) = await self.reports()
        async with self.community.units_of_work.read() as view:
            return list(await view.cases.additions_of(report.case))


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with a_community(tmp_path) as opened:
        yield opened


@pytest.fixture
def clock(community: Community) -> FrozenClock:
    """GitHub lives in the desk's own time."""
    return community.clock


@pytest.fixture
async def setup(github: GithubEmulator, config: GithubConfig, community: Community) -> AsyncIterator[MentionSetup]:
    for login in ("wren", "rowan", "hazel"):
        github.register(login)
    github.add_repository("site")
    github.person("hazel").watch("site")
    space = GithubSpace(config, community.clock, first_pause=timedelta(milliseconds=5))
    opened = MentionSetup(github, GithubInbox(space.connection, community.app), community)
    assert await opened.inbox.read()
    community.pass_time(timedelta(minutes=1))
    opened.issue = github.person("rowan").open_issue("site", "Why so slow", "You are all fools.")
    yield opened
    await space.wait_until_idle()
    await space.close()
    assert validate_history(github.history) == []


async def test_a_mention_is_kept_with_its_target_and_only_then_taken_away(setup: MentionSetup) -> None:
    """P-2.7, P-10.3"""
    number = setup.wren.comment("site", setup.issue, CALL)
    assert await setup.inbox.read()
    (report,) = await setup.reports()
    own, target = await setup.evidence()
    assert report.reporter == Account(GITHUB, str(setup.wren.account.id))
    assert (report.what_happened, report.channel, own.text) == (CALL, "github_mention", CALL)
    assert own.link.endswith(f"#issuecomment-{number}")
    assert (target.kind, target.author_handle) == ("linked parent", "rowan")
    assert "You are all fools." in target.text
    assert CALL not in setup.page()


async def test_nothing_is_left_in_public_but_what_github_itself_writes(setup: MentionSetup) -> None:
    """P-10.3"""
    before, mails = setup.page(), setup.emulator.person("hazel").mails()
    setup.wren.comment("site", setup.issue, CALL)
    assert await setup.inbox.read()
    assert setup.page() == f"{before}\n* a comment from wren was deleted"
    assert setup.emulator.person("hazel").mails() == [*mails, CALL]
    written = [c for c in setup.emulator.history.changes if c.by == setup.emulator.bot_login]
    assert [(c.what, c.after and c.after.get("event")) for c in written] == [
        ("message", None),
        ("timeline", "comment_deleted"),
    ]


@pytest.mark.parametrize("kind", [Kind.PULL, Kind.DISCUSSION])
async def test_every_place_where_one_can_comment_has_the_doorbell(setup: MentionSetup, kind: Kind) -> None:
    number = setup.emulator.person("rowan").open_issue("site", "Another", "Text", kind)
    first = setup.emulator.person("rowan").comment("site", number, "Go away.", review=kind is Kind.PULL)
    said = f"@guardian-app this one, in {kind}"
    setup.wren.comment("site", number, said, review=kind is Kind.PULL, reply_to=first)
    assert await setup.inbox.read()
    own, target = await setup.evidence()
    assert (own.text, target.text) == (said, "Go away.")
    assert said not in setup.wren.reads("site", number)
    assert "Go away." in setup.wren.reads("site", number)


async def test_a_conversation_opened_with_a_mention_is_kept_once_and_stays(setup: MentionSetup) -> None:
    opened = [setup.wren.open_issue("site", f"Help with {kind}", CALL, kind) for kind in Kind]
    for _ in range(2):
        assert await setup.inbox.read()
        setup.community.pass_time(timedelta(days=30))
        for number in opened:
            setup.emulator.person("rowan").comment("site", number, "What is it?")
    assert [report.what_happened for report in await setup.reports()] == [f"Help with {k}\n\n{CALL}" for k in Kind]
    assert all(CALL in setup.wren.reads("site", number) for number in opened)


async def test_an_event_says_only_what_to_read_back(setup: MentionSetup) -> None:
    number = setup.wren.comment("site", setup.issue, "Hello.")
    event = (f"issues/comments {number} community/site",)
    assert await setup.inbox.read(event)
    assert await setup.reports() == []
    setup.wren.edit("site", setup.issue, number, CALL)
    assert await setup.inbox.read(event)
    assert [report.what_happened for report in await setup.reports()] == [CALL]
    assert CALL not in setup.page()


async def test_an_event_about_something_unknown_is_left_aside(setup: MentionSetup) -> None:
    for thing in (
        "issues/comments 404404 community/site",
        "discussions/comments DC_404404",
        "nonsense",
        "issues 1 x/y",
    ):
        assert await setup.inbox.read((thing,))
    assert await setup.reports() == []


async def test_of_what_does_not_mention_us_nothing_is_kept(setup: MentionSetup, tmp_path: Path) -> None:
    """P-2.7"""
    setup.wren.comment("site", setup.issue, UNREPORTED)
    setup.wren.comment("site", setup.issue, CALL)
    assert await setup.inbox.read()
    assert len(await setup.reports()) == 1
    assert UNREPORTED in setup.page()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert UNREPORTED.encode() not in kept


async def test_what_a_program_writes_is_no_report(setup: MentionSetup) -> None:
    issue = setup.emulator.state.repositories["site"].issues[setup.issue]
    bot = setup.emulator.state.find_account(setup.emulator.bot_login)
    assert bot is not None
    setup.emulator.rules.comment(setup.emulator.state.repositories["site"], issue, bot, CALL)
    assert await setup.inbox.read()
    assert await setup.reports() == []


async def test_cut_off_between_keeping_and_taking_away_it_is_one_report_and_gone(setup: MentionSetup) -> None:
    setup.wren.comment("site", setup.issue, CALL)
    setup.emulator.set_fault(Fault(kind=FaultKind.SERVER_ERROR, operation="comment.delete", status=502))
    assert not await setup.inbox.read()
    assert CALL in setup.page()
    setup.emulator.faults.clear()
    again = GithubInbox(setup.inbox._connection, setup.community.app)
    assert await again.read()
    assert await again.read()
    assert len(await setup.reports()) == 1
    assert CALL not in setup.page()


async def test_a_text_that_is_changed_after_it_was_kept_is_added_to_its_report(setup: MentionSetup) -> None:
    setup.inbox = GithubInbox(
        replace(setup.inbox._connection, config=replace(setup.inbox._connection.config, delete_mentions=False)),
        setup.community.app,
    )
    number = setup.wren.comment("site", setup.issue, CALL)
    assert await setup.inbox.read()
    setup.wren.edit("site", setup.issue, number, f"{CALL} And it goes on.")
    assert await setup.inbox.read()
    assert await setup.inbox.read()
    assert [(added.text, added.verified) for added in await setup.added()] == [(f"{CALL} And it goes on.", False)]
    assert "And it goes on." in setup.page()


@pytest.mark.harm("deed-believed-for-a-200")
async def test_a_comment_that_is_still_there_is_not_told_as_removed(setup: MentionSetup) -> None:
    """P-2.6: its reporter would rely on nobody being able to read it any more."""
    setup.emulator.state.kept_comments = 1
    setup.wren.comment("site", setup.issue, CALL)
    assert not await setup.inbox.read()
    assert "mention.was_removed" not in await setup.community.journal_acts()
    assert await setup.inbox.read()
    assert CALL not in setup.page()


async def test_a_text_that_mentions_us_no_more_is_read_again_as_well(setup: MentionSetup) -> None:
    setup.inbox = GithubInbox(
        replace(setup.inbox._connection, config=replace(setup.inbox._connection.config, delete_mentions=False)),
        setup.community.app,
    )
    number = setup.wren.comment("site", setup.issue, CALL)
    assert await setup.inbox.read()
    setup.wren.edit("site", setup.issue, number, "It was a misunderstanding, I think.")
    assert await setup.inbox.read()
    assert [added.text for added in await setup.added()] == ["It was a misunderstanding, I think."]


@pytest.mark.harm("innocent-comment-removed")
async def test_a_comment_that_was_changed_is_kept_unverified_and_never_removed(setup: MentionSetup) -> None:
    """P-2.5: whoever maintains a repository can write a mention into somebody's comment."""
    number = setup.wren.comment("site", setup.issue, "The build fails for me since yesterday.")
    setup.community.pass_time(timedelta(minutes=1))
    setup.wren.edit("site", setup.issue, number, CALL)
    assert await setup.inbox.read()
    assert [report.verified for report in await setup.reports()] == [False]
    assert CALL in setup.page()


@pytest.mark.harm("innocent-comment-removed")
async def test_a_comment_that_shows_our_name_in_a_template_is_nobodys_report(setup: MentionSetup) -> None:
    text = "<!-- Mention @guardian-app to report somebody. -->\nThe build fails for me since yesterday."
    setup.wren.comment("site", setup.issue, text)
    assert await setup.inbox.read()
    assert await setup.reports() == []
    assert "The build fails" in setup.page()


async def test_in_observe_mode_the_report_is_taken_and_the_comment_left(setup: MentionSetup) -> None:
    setup.community.app.spaces.set_mode(GITHUB, Mode.OBSERVE)
    setup.wren.comment("site", setup.issue, CALL)
    assert await setup.inbox.read()
    assert len(await setup.reports()) == 1
    assert CALL in setup.page()


async def test_a_missing_permission_hides_only_its_own_part_and_is_not_asked_for_again_at_once(
    setup: MentionSetup,
) -> None:
    del setup.emulator.state.permissions["pull_requests"]
    del setup.emulator.state.permissions["discussions"]
    setup.wren.comment("site", setup.issue, CALL)
    assert await setup.inbox.read()
    assert len(await setup.reports()) == 1


async def test_what_was_written_while_nobody_listened_is_found(setup: MentionSetup) -> None:
    setup.wren.comment("site", setup.issue, CALL)
    setup.community.pass_time(timedelta(days=40))
    assert await GithubInbox(setup.inbox._connection, setup.community.app).read()
    assert len(await setup.reports()) == 1


async def test_whoever_owns_the_number_finds_the_report_and_not_who_took_the_login(setup: MentionSetup) -> None:
    wren = setup.wren
    wren.comment("site", setup.issue, CALL)
    assert await setup.inbox.read()
    setup.emulator.rename(wren.account.id, "wren-2")
    other = setup.emulator.register("wren")
    app = setup.community.app
    assert len(await list_own_reports(app, Account(GITHUB, str(wren.account.id)))) == 1
    assert await list_own_reports(app, Account(GITHUB, str(other.id))) == ()


async def test_a_text_longer_than_a_report_may_be_is_cut_there_and_whole_in_the_evidence(setup: MentionSetup) -> None:
    text = f"{CALL} {'long ' * 10_000}".strip()
    setup.wren.comment("site", setup.issue, text)
    assert await setup.inbox.read()
    (report,) = await setup.reports()
    assert len(report.what_happened) <= setup.community.app.longest_text
    assert (await setup.evidence())[0].text == text


@pytest.mark.harm("receipt-shown-in-kept-words")
async def test_a_receipt_that_is_typed_into_a_comment_is_not_kept_even_where_the_comment_is_cut(
    setup: MentionSetup,
) -> None:
    """P-2.6: what is left of one could be tried out."""
    receipt = "ABCDE-FGHJK-MNPQR-STUVW-XYZ23-4"
    words = f"{CALL} "
    words += "word, " * ((setup.community.app.longest_text - len(words) - 85) // 6)
    setup.wren.comment("site", setup.issue, f"{words}{receipt}{', it goes on' * 20}")
    assert await setup.inbox.read()
    (report,) = await setup.reports()
    kept = (report.what_happened, *(piece.text for piece in await setup.evidence()))
    assert "[receipt]" in kept[1]
    assert not any("ABCDE" in words for words in kept)


async def test_what_a_moderator_orders_to_be_passed_on_is_an_escalation_and_as_gone_from_the_public(
    setup: MentionSetup,
) -> None:
    """P-8.2"""
    await setup.community.change_member(INES, accounts=(Account(GITHUB, str(setup.wren.account.id)),))
    setup.wren.comment("site", setup.issue, "@guardian-app /escalate They do it in every issue.")
    assert await setup.inbox.read()
    (report,) = await setup.reports()
    assert (report.channel, report.what_happened) == ("escalation", "They do it in every issue.")
    _, target = await setup.evidence()
    assert (target.author_handle, "You are all fools." in target.text) == ("rowan", True)
    assert "/escalate" not in setup.page()
    (line,) = await list_escalations(setup.community.app, INES)
    assert (line.state, line.space) == ("received", GITHUB)


@pytest.mark.parametrize(
    ("order", "urgency", "words"),
    [
        ("danger\nThey say where she lives.", "danger", "They say where she lives."),
        ("Soon: again.", "soon", "again."),
        ("Soon they do it again.", "ordinary", "Soon they do it again."),
        ("", "ordinary", NO_WORDS),
    ],
)
async def test_an_order_to_pass_on_says_how_urgent_it_is(
    setup: MentionSetup, order: str, urgency: str, words: str
) -> None:
    """P-8.2"""
    await setup.community.change_member(INES, accounts=(Account(GITHUB, str(setup.wren.account.id)),))
    setup.wren.comment("site", setup.issue, f"@guardian-app /escalate {order}")
    assert await setup.inbox.read()
    (report,) = await setup.reports()
    async with setup.community.units_of_work.read() as view:
        (handoff,) = await view.handoffs.all_handoffs()
    assert (handoff.urgency, report.danger, report.what_happened) == (urgency, urgency == "danger", words)


async def test_the_same_order_by_anybody_else_is_a_report(setup: MentionSetup) -> None:
    """P-2.1"""
    setup.wren.comment("site", setup.issue, "@guardian-app /escalate They do it in every issue.")
    assert await setup.inbox.read()
    (report,) = await setup.reports()
    assert report.channel == "github_mention"


@pytest.mark.harm("one-odd-item-stops-the-queue")
@pytest.mark.parametrize(
    "row", [{"number": 3}, {"number": 3, "node_id": "I_3", "user": {"login": 3}}, [], None, {"user": "rowan"}]
)
async def test_a_row_of_a_shape_that_we_do_not_know_stops_no_other_and_people_are_told(
    setup: MentionSetup, row: object
) -> None:
    """P-2.1"""
    for _ in range(2):
        assert await setup.inbox._parse_rows("orchard/site", CommentKind.ISSUE, row) == []
    assert NoticeKind.ITEM_UNREAD in [each.kind for each in await setup.community.waiting_notices()]
    setup.wren.comment("site", setup.issue, CALL)
    assert await setup.inbox.read()
    assert len(await setup.reports()) == 1
