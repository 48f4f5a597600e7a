"""The doorbell of last resort: what mentions the App is kept and then taken away, once, and nothing else is kept or said."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.emulation.faults import Fault, FaultKind
from connectors.github.client import GithubConfig
from connectors.github.emulator.people import GithubPerson
from connectors.github.emulator.server import GithubEmulator
from connectors.github.emulator.state import Kind
from connectors.github.intake import GithubInbox
from connectors.github.space import GithubSpace
from guardian.cases.local import NO_WORDS
from guardian.cases.values import Addition, Evidence, Report
from guardian.desk.escalating import escalations
from guardian.desk.own_reports import reports_of
from guardian.spaces.port import Account
from guardian.spaces.registry import Mode
from tests.builders.desk import GITHUB, INES, Community, a_desk
from tests.contracts.schemas.github import validate_history
from tests.fakes.clock import FrozenClock

CALL = "@Guardian-App please look: he insults everybody here."
UNREPORTED = "A remark that nobody has reported, about Tuesday."


@dataclass(slots=True)
class Doorbell:
    """A repository with an issue of Rowan's, who is watched by Hazel, and the inbox over it. Wren is who reports."""

    hub: GithubEmulator
    inbox: GithubInbox
    community: Community
    issue: int = 0

    @property
    def wren(self) -> GithubPerson:
        return self.hub.person("wren")

    def page(self) -> str:
        """The issue as everybody sees it."""
        return self.hub.person("hazel").reads("site", self.issue)

    async def reports(self) -> list[Report]:
        async with self.community.works.look() as view:
            cases = await view.cases.cases()
            return [report for case in cases for report in await view.cases.reports_of(case.id)]

    async def evidence(self) -> list[Evidence]:
        (report,) = await self.reports()
        async with self.community.works.look() as view:
            return list(await view.cases.evidence_of(report.case))

    async def added(self) -> list[Addition]:
        (report,) = await self.reports()
        async with self.community.works.look() as view:
            return list(await view.cases.additions_of(report.case))


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with a_desk(tmp_path) as opened:
        yield opened


@pytest.fixture
def clock(community: Community) -> FrozenClock:
    """GitHub lives in the desk's own time."""
    return community.clock


@pytest.fixture
async def bell(github: GithubEmulator, config: GithubConfig, community: Community) -> AsyncIterator[Doorbell]:
    for login in ("wren", "rowan", "hazel"):
        github.register(login)
    github.add_repository("site")
    github.person("hazel").watch("site")
    space = GithubSpace(config, community.clock, first_pause=timedelta(milliseconds=5))
    opened = Doorbell(github, GithubInbox(space.wire, community.desk), community)
    assert await opened.inbox.read()
    community.later(timedelta(minutes=1))
    opened.issue = github.person("rowan").open_issue("site", "Why so slow", "You are all fools.")
    yield opened
    await space.drained()
    await space.close()
    assert validate_history(github.history) == []


async def test_a_mention_is_kept_with_its_target_and_only_then_taken_away(bell: Doorbell) -> None:
    """P-2.7, P-10.3"""
    number = bell.wren.comment("site", bell.issue, CALL)
    assert await bell.inbox.read()
    (report,) = await bell.reports()
    own, target = await bell.evidence()
    assert report.reporter == Account(GITHUB, str(bell.wren.account.id))
    assert (report.what_happened, report.door, own.text) == (CALL, "github_mention", CALL)
    assert own.link.endswith(f"#issuecomment-{number}")
    assert (target.kind, target.author_handle) == ("linked parent", "rowan")
    assert "You are all fools." in target.text
    assert CALL not in bell.page()


async def test_nothing_is_left_in_public_but_what_github_itself_writes(bell: Doorbell) -> None:
    """P-10.3"""
    before, mails = bell.page(), bell.hub.person("hazel").mails()
    bell.wren.comment("site", bell.issue, CALL)
    assert await bell.inbox.read()
    assert bell.page() == f"{before}\n* a comment from wren was deleted"
    assert bell.hub.person("hazel").mails() == [*mails, CALL]
    written = [c for c in bell.hub.history.changes if c.by == bell.hub.bot_login]
    assert [(c.what, c.after and c.after.get("event")) for c in written] == [
        ("message", None),
        ("timeline", "comment_deleted"),
    ]


@pytest.mark.parametrize("kind", [Kind.PULL, Kind.DISCUSSION])
async def test_every_place_where_one_can_comment_has_the_doorbell(bell: Doorbell, kind: Kind) -> None:
    number = bell.hub.person("rowan").open_issue("site", "Another", "Text", kind)
    first = bell.hub.person("rowan").comment("site", number, "Go away.", review=kind is Kind.PULL)
    said = f"@guardian-app this one, in {kind}"
    bell.wren.comment("site", number, said, review=kind is Kind.PULL, reply_to=first)
    assert await bell.inbox.read()
    own, target = await bell.evidence()
    assert (own.text, target.text) == (said, "Go away.")
    assert said not in bell.wren.reads("site", number)
    assert "Go away." in bell.wren.reads("site", number)


async def test_a_conversation_opened_with_a_mention_is_kept_once_and_stays(bell: Doorbell) -> None:
    opened = [bell.wren.open_issue("site", f"Help with {kind}", CALL, kind) for kind in Kind]
    for _ in range(2):
        assert await bell.inbox.read()
        bell.community.later(timedelta(days=30))
        for number in opened:
            bell.hub.person("rowan").comment("site", number, "What is it?")
    assert [report.what_happened for report in await bell.reports()] == [f"Help with {k}\n\n{CALL}" for k in Kind]
    assert all(CALL in bell.wren.reads("site", number) for number in opened)


async def test_an_event_says_only_what_to_read_back(bell: Doorbell) -> None:
    number = bell.wren.comment("site", bell.issue, "Hello.")
    event = (f"issues/comments {number} community/site",)
    assert await bell.inbox.read(event)
    assert await bell.reports() == []
    bell.wren.edit("site", bell.issue, number, CALL)
    assert await bell.inbox.read(event)
    assert [report.what_happened for report in await bell.reports()] == [CALL]
    assert CALL not in bell.page()


async def test_an_event_about_something_unknown_is_left_aside(bell: Doorbell) -> None:
    for thing in (
        "issues/comments 404404 community/site",
        "discussions/comments DC_404404",
        "nonsense",
        "issues 1 x/y",
    ):
        assert await bell.inbox.read((thing,))
    assert await bell.reports() == []


async def test_of_what_does_not_mention_us_nothing_is_kept(bell: Doorbell, tmp_path: Path) -> None:
    """P-2.7"""
    bell.wren.comment("site", bell.issue, UNREPORTED)
    bell.wren.comment("site", bell.issue, CALL)
    assert await bell.inbox.read()
    assert len(await bell.reports()) == 1
    assert UNREPORTED in bell.page()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert UNREPORTED.encode() not in kept


async def test_what_a_program_writes_is_no_report(bell: Doorbell) -> None:
    issue = bell.hub.state.repositories["site"].issues[bell.issue]
    bot = bell.hub.state.named(bell.hub.bot_login)
    assert bot is not None
    bell.hub.rules.comment(bell.hub.state.repositories["site"], issue, bot, CALL)
    assert await bell.inbox.read()
    assert await bell.reports() == []


async def test_cut_off_between_keeping_and_taking_away_it_is_one_report_and_gone(bell: Doorbell) -> None:
    bell.wren.comment("site", bell.issue, CALL)
    bell.hub.set_fault(Fault(FaultKind.SERVER_ERROR, "comment.delete", status=502))
    assert not await bell.inbox.read()
    assert CALL in bell.page()
    bell.hub.faults.clear()
    again = GithubInbox(bell.inbox._wire, bell.community.desk)
    assert await again.read()
    assert await again.read()
    assert len(await bell.reports()) == 1
    assert CALL not in bell.page()


async def test_a_text_that_is_changed_after_it_was_kept_is_added_to_its_report(bell: Doorbell) -> None:
    bell.inbox = GithubInbox(
        replace(bell.inbox._wire, config=replace(bell.inbox._wire.config, delete_mentions=False)), bell.community.desk
    )
    number = bell.wren.comment("site", bell.issue, CALL)
    assert await bell.inbox.read()
    bell.wren.edit("site", bell.issue, number, f"{CALL} And it goes on.")
    assert await bell.inbox.read()
    assert await bell.inbox.read()
    assert [(added.text, added.verified) for added in await bell.added()] == [(f"{CALL} And it goes on.", False)]
    assert "And it goes on." in bell.page()


async def test_in_observe_mode_the_report_is_taken_and_the_comment_left(bell: Doorbell) -> None:
    bell.community.desk.spaces.switch(GITHUB, Mode.OBSERVE)
    bell.wren.comment("site", bell.issue, CALL)
    assert await bell.inbox.read()
    assert len(await bell.reports()) == 1
    assert CALL in bell.page()


async def test_a_missing_permission_hides_only_its_own_part_and_is_not_asked_for_again_at_once(bell: Doorbell) -> None:
    del bell.hub.state.permissions["pull_requests"]
    del bell.hub.state.permissions["discussions"]
    bell.wren.comment("site", bell.issue, CALL)
    assert await bell.inbox.read()
    assert len(await bell.reports()) == 1


async def test_what_was_written_while_nobody_listened_is_found(bell: Doorbell) -> None:
    bell.wren.comment("site", bell.issue, CALL)
    bell.community.later(timedelta(days=40))
    assert await GithubInbox(bell.inbox._wire, bell.community.desk).read()
    assert len(await bell.reports()) == 1


async def test_whoever_owns_the_number_finds_the_report_and_not_who_took_the_login(bell: Doorbell) -> None:
    wren = bell.wren
    wren.comment("site", bell.issue, CALL)
    assert await bell.inbox.read()
    bell.hub.rename(wren.account.id, "wren-2")
    other = bell.hub.register("wren")
    desk = bell.community.desk
    assert len(await reports_of(desk, Account(GITHUB, str(wren.account.id)))) == 1
    assert await reports_of(desk, Account(GITHUB, str(other.id))) == ()


async def test_a_text_longer_than_a_report_may_be_is_cut_there_and_whole_in_the_evidence(bell: Doorbell) -> None:
    text = f"{CALL} {'long ' * 10_000}".strip()
    bell.wren.comment("site", bell.issue, text)
    assert await bell.inbox.read()
    (report,) = await bell.reports()
    assert len(report.what_happened) <= bell.community.desk.longest_text
    assert (await bell.evidence())[0].text == text


async def test_what_a_moderator_orders_to_be_passed_on_is_an_escalation_and_as_gone_from_the_public(
    bell: Doorbell,
) -> None:
    """P-8.2"""
    await bell.community.change(INES, accounts=(Account(GITHUB, str(bell.wren.account.id)),))
    bell.wren.comment("site", bell.issue, "@guardian-app /escalate They do it in every issue.")
    assert await bell.inbox.read()
    (report,) = await bell.reports()
    assert (report.door, report.what_happened) == ("escalation", "They do it in every issue.")
    _, target = await bell.evidence()
    assert (target.author_handle, "You are all fools." in target.text) == ("rowan", True)
    assert "/escalate" not in bell.page()
    (line,) = await escalations(bell.community.desk, INES)
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
async def test_an_order_to_pass_on_says_how_urgent_it_is(bell: Doorbell, order: str, urgency: str, words: str) -> None:
    """P-8.2"""
    await bell.community.change(INES, accounts=(Account(GITHUB, str(bell.wren.account.id)),))
    bell.wren.comment("site", bell.issue, f"@guardian-app /escalate {order}")
    assert await bell.inbox.read()
    (report,) = await bell.reports()
    async with bell.community.works.look() as view:
        (hop,) = await view.hops.all_hops()
    assert (hop.urgency, report.danger, report.what_happened) == (urgency, urgency == "danger", words)


async def test_the_same_order_by_anybody_else_is_a_report(bell: Doorbell) -> None:
    """P-2.1"""
    bell.wren.comment("site", bell.issue, "@guardian-app /escalate They do it in every issue.")
    assert await bell.inbox.read()
    (report,) = await bell.reports()
    assert report.door == "github_mention"
