"""Conversations and comments on GitHub as things: found by their own links, locked and folded away, and given back."""

import pytest

from connectors.emulators.github.server import GithubEmulator
from connectors.emulators.github.state import Kind
from connectors.github.content import GithubContent
from guardian.spaces.content import ContentCopy, ContentRef, ContentRestrictionKind, ObservedContent
from guardian.spaces.outcomes import Already, Done, Gone, Rejected
from guardian.spaces.port import Account, Missing, Unknown
from tests.connectors.github.conftest import SpaceWith
from tests.contracts.schemas.github import validate_history

WEB = "https://github.example/community/site"


@pytest.fixture
def port(github: GithubEmulator, space_with: SpaceWith) -> GithubContent:
    github.register("rowan")
    github.add_repository("site")
    return GithubContent(space_with().connection)


def written(github: GithubEmulator, kind: Kind) -> tuple[int, int]:
    """A conversation of Rowan's and a comment in it: their numbers."""
    rowan = github.person("rowan")
    number = rowan.open_issue("site", "Why", "You fools. ![](https://evil.example/x.png)", kind)
    return number, rowan.comment("site", number, "Go away.", review=kind is Kind.PULL)


MARKS = {Kind.ISSUE: "issuecomment-", Kind.PULL: "discussion_r", Kind.DISCUSSION: "discussioncomment-"}


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_thing_is_found_by_its_link_and_kept_as_it_stands(
    github: GithubEmulator, port: GithubContent, kind: Kind
) -> None:
    number, comment = written(github, kind)
    place = await port.find(f"{WEB}/{kind}/{number}")
    said = await port.find(f"{WEB}/{kind}/{number}#{MARKS[kind]}{comment}")
    assert place is not None
    assert said is not None
    opening, copy = await port.read_copy(place), await port.read_copy(said)
    assert isinstance(opening, ContentCopy)
    assert isinstance(copy, ContentCopy)
    assert (copy.text, copy.author_handle) == ("Go away.", "rowan")
    assert copy.author == Account(port.space, str(github.person("rowan").account.id))
    assert [file.content for file in opening.files] == [None]
    assert validate_history(github.history) == []


async def test_a_link_to_elsewhere_means_nothing(github: GithubEmulator, port: GithubContent) -> None:
    number, _ = written(github, Kind.ISSUE)
    for text in (
        f"https://evil.example/community/site/issues/{number}",
        f"{WEB}/issues/999",
        "https://github.example/others/site/issues/1",
        "words",
        f"{WEB}/issues/{number}#issuecomment-1",
    ):
        assert await port.find(text) is None


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_lock_and_a_fold_stand_and_go_and_say_no_reason_of_ours(
    github: GithubEmulator, port: GithubContent, kind: Kind
) -> None:
    """P-10.3"""
    number, comment = written(github, kind)
    issue = github.state.repositories["site"].issues[number]
    place, said = ContentRef(port.space, issue.node_id), ContentRef(port.space, issue.node_of(issue.comments[comment]))
    for content, restriction in ((place, ContentRestrictionKind.LOCKED), (said, ContentRestrictionKind.HIDDEN)):
        assert [await port.restrict(content, restriction) for _ in range(2)] == [Done(), Already()]
        seen = await port.observe(content)
        assert isinstance(seen, ObservedContent)
        assert seen.restrictions == {restriction}
    shown = github.person("rowan").reads("site", number)
    assert "guardian-app[bot] locked" in shown
    assert "as off-topic" not in shown.replace("(This comment was marked as off-topic)", "")
    assert issue.lock_reason is None
    for content, restriction in ((place, ContentRestrictionKind.LOCKED), (said, ContentRestrictionKind.HIDDEN)):
        assert [await port.release(content, restriction) for _ in range(2)] == [Done(), Already()]
        assert await port.observe(content) == ObservedContent()
    assert validate_history(github.history) == []


async def test_a_lock_says_whose_it_is(github: GithubEmulator, port: GithubContent) -> None:
    number, _ = written(github, Kind.ISSUE)
    issue = github.state.repositories["site"].issues[number]
    github.rules.lock(issue, None, "morgan", locked=True)
    seen = await port.observe(ContentRef(port.space, issue.node_id))
    assert isinstance(seen, ObservedContent)
    assert seen.placed_by == {ContentRestrictionKind.LOCKED: str(github.person("morgan").account.id)}


async def test_a_thing_that_is_gone_is_missing_and_one_that_we_may_not_see_is_unknown(
    github: GithubEmulator, port: GithubContent
) -> None:
    number, comment = written(github, Kind.ISSUE)
    repository = github.state.repositories["site"]
    issue = repository.issues[number]
    said = ContentRef(port.space, issue.node_of(issue.comments[comment]))
    github.rules.delete_comment(repository, issue, issue.comments[comment], "morgan")
    assert await port.observe(said) == Missing()
    assert await port.restrict(said, ContentRestrictionKind.HIDDEN) == Gone()
    del github.state.permissions["issues"]
    assert isinstance(await port.observe(said), Unknown)
    assert isinstance(await port.read_copy(ContentRef(port.space, issue.node_id)), Unknown)


async def test_what_github_cannot_do_is_said(github: GithubEmulator, port: GithubContent) -> None:
    number, comment = written(github, Kind.ISSUE)
    issue = github.state.repositories["site"].issues[number]
    said = ContentRef(port.space, issue.node_of(issue.comments[comment]))
    assert isinstance(await port.restrict(said, ContentRestrictionKind.LOCKED), Rejected)
    assert isinstance(
        await port.restrict(ContentRef(port.space, issue.node_id), ContentRestrictionKind.HIDDEN), Rejected
    )
