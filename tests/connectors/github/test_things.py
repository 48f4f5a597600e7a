"""Conversations and comments on GitHub as things: found by their own links, locked and folded away, and given back."""

import pytest

from connectors.github.emulator.server import GithubEmulator
from connectors.github.emulator.state import Kind
from connectors.github.things import GithubThings
from guardian.spaces.outcomes import Already, Done, Gone, Rejected
from guardian.spaces.port import Account, Missing, Unknown
from guardian.spaces.things import Piece, Thing, ThingHold, ThingLook
from tests.connectors.github.conftest import SpaceWith
from tests.contracts.schemas.github import validate_history

WEB = "https://github.example/community/site"


@pytest.fixture
def things(github: GithubEmulator, space_with: SpaceWith) -> GithubThings:
    github.register("rowan")
    github.add_repository("site")
    return GithubThings(space_with().wire)


def written(github: GithubEmulator, kind: Kind) -> tuple[int, int]:
    """A conversation of Rowan's and a comment in it: their numbers."""
    rowan = github.person("rowan")
    number = rowan.open_issue("site", "Why", "You fools. ![](https://evil.example/x.png)", kind)
    return number, rowan.comment("site", number, "Go away.", review=kind is Kind.PULL)


MARKS = {Kind.ISSUE: "issuecomment-", Kind.PULL: "discussion_r", Kind.DISCUSSION: "discussioncomment-"}


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_thing_is_found_by_its_link_and_kept_as_it_stands(
    github: GithubEmulator, things: GithubThings, kind: Kind
) -> None:
    number, comment = written(github, kind)
    place = await things.find(f"{WEB}/{kind}/{number}")
    said = await things.find(f"{WEB}/{kind}/{number}#{MARKS[kind]}{comment}")
    assert place is not None
    assert said is not None
    opening, piece = await things.piece(place), await things.piece(said)
    assert isinstance(opening, Piece)
    assert isinstance(piece, Piece)
    assert (piece.text, piece.author_handle) == ("Go away.", "rowan")
    assert piece.author == Account(things.space, str(github.person("rowan").account.id))
    assert [file.content for file in opening.files] == [None]
    assert validate_history(github.history) == []


async def test_a_link_to_elsewhere_means_nothing(github: GithubEmulator, things: GithubThings) -> None:
    number, _ = written(github, Kind.ISSUE)
    for text in (
        f"https://evil.example/community/site/issues/{number}",
        f"{WEB}/issues/999",
        "https://github.example/others/site/issues/1",
        "words",
        f"{WEB}/issues/{number}#issuecomment-1",
    ):
        assert await things.find(text) is None


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_lock_and_a_fold_stand_and_go_and_say_no_reason_of_ours(
    github: GithubEmulator, things: GithubThings, kind: Kind
) -> None:
    """P-10.3"""
    number, comment = written(github, kind)
    issue = github.state.repositories["site"].issues[number]
    place, said = Thing(things.space, issue.node_id), Thing(things.space, issue.node_of(issue.comments[comment]))
    for thing, hold in ((place, ThingHold.LOCKED), (said, ThingHold.HIDDEN)):
        assert [await things.place(thing, hold) for _ in range(2)] == [Done(), Already()]
        seen = await things.look(thing)
        assert isinstance(seen, ThingLook)
        assert seen.holds == {hold}
    shown = github.person("rowan").reads("site", number)
    assert "guardian-app[bot] locked" in shown
    assert "as off-topic" not in shown.replace("(This comment was marked as off-topic)", "")
    assert issue.lock_reason is None
    for thing, hold in ((place, ThingHold.LOCKED), (said, ThingHold.HIDDEN)):
        assert [await things.take_away(thing, hold) for _ in range(2)] == [Done(), Already()]
        assert await things.look(thing) == ThingLook()
    assert validate_history(github.history) == []


async def test_a_lock_says_whose_it_is(github: GithubEmulator, things: GithubThings) -> None:
    number, _ = written(github, Kind.ISSUE)
    issue = github.state.repositories["site"].issues[number]
    github.rules.lock(issue, None, "morgan", locked=True)
    seen = await things.look(Thing(things.space, issue.node_id))
    assert isinstance(seen, ThingLook)
    assert seen.by == {ThingHold.LOCKED: str(github.person("morgan").account.id)}


async def test_a_thing_that_is_gone_is_missing_and_one_that_we_may_not_see_is_unknown(
    github: GithubEmulator, things: GithubThings
) -> None:
    number, comment = written(github, Kind.ISSUE)
    repository = github.state.repositories["site"]
    issue = repository.issues[number]
    said = Thing(things.space, issue.node_of(issue.comments[comment]))
    github.rules.delete_comment(repository, issue, issue.comments[comment], "morgan")
    assert await things.look(said) == Missing()
    assert await things.place(said, ThingHold.HIDDEN) == Gone()
    del github.state.permissions["issues"]
    assert isinstance(await things.look(said), Unknown)
    assert isinstance(await things.piece(Thing(things.space, issue.node_id)), Unknown)


async def test_what_github_cannot_do_is_said(github: GithubEmulator, things: GithubThings) -> None:
    number, comment = written(github, Kind.ISSUE)
    issue = github.state.repositories["site"].issues[number]
    said = Thing(things.space, issue.node_of(issue.comments[comment]))
    assert isinstance(await things.place(said, ThingHold.LOCKED), Rejected)
    assert isinstance(await things.place(Thing(things.space, issue.node_id), ThingHold.HIDDEN), Rejected)
