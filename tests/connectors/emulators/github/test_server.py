"""The emulated GitHub answers the unmodified PyGithub as GitHub does, its traps included."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import requests
from github import (
    Auth,
    BadCredentialsException,
    Github,
    GithubException,
    GithubIntegration,
    RateLimitExceededException,
    UnknownObjectException,
)
from github.NamedUser import NamedUser

from connectors.emulators.github.server import API_VERSION, GithubEmulator
from connectors.emulators.github.state import GithubAccount, Role
from tests.connectors.emulators.setting import START, CaseTime, an_app_key
from tests.contracts.schemas.github import validate_history


@pytest.fixture
def time() -> CaseTime:
    return CaseTime()


@pytest.fixture
async def hub(time: CaseTime) -> AsyncIterator[GithubEmulator]:
    """An organisation with an owner, Ada in the team, and Bea outside; every answer is held against our descriptions."""
    emulator = GithubEmulator(now=time, private_key_pem=an_app_key())
    emulator.add_member("owner", Role.OWNER, id=1)
    emulator.add_member("ada", id=77)
    emulator.add_team("core", "ada")
    emulator.add_repository("site", collaborators=("bea",))
    await emulator.start()
    yield emulator
    await emulator.stop()
    assert validate_history(emulator.history) == []


@pytest.fixture
def bea(hub: GithubEmulator) -> GithubAccount:
    return hub.person("bea").account


def connected(hub: GithubEmulator, permissions: dict[str, str] | None = None) -> Github:
    """PyGithub as the app's installation, without its pauses."""
    integration = GithubIntegration(
        auth=Auth.AppAuth(hub.app_id, hub.private_key_pem),
        base_url=hub.url,
        api_version=API_VERSION,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )
    return integration.get_github_for_installation(hub.installation_id, permissions)


async def asked(hub: GithubEmulator, ask: Callable[[Github], Any], permissions: dict[str, str] | None = None) -> Any:
    """What PyGithub makes of the answer, in a thread of its own."""

    def run() -> Any:
        with connected(hub, permissions) as client:
            return ask(client)

    return await asyncio.to_thread(run)


async def status(hub: GithubEmulator, verb: str, login: str, kind: str = "blocks", **narrowed: str) -> int:
    """The bare status of a call about one login."""
    path = f"/orgs/{hub.organization}/{kind}/{login}"
    answer: int = await asked(hub, lambda g: g.requester.requestJson(verb, path)[0], narrowed or None)
    return answer


async def test_a_block_is_204_and_its_absence_404(hub: GithubEmulator, bea: GithubAccount) -> None:
    assert await status(hub, "GET", "bea") == 404
    assert await status(hub, "PUT", "bea") == 204
    assert await status(hub, "GET", "bea") == 204
    assert hub.was_shut_out(str(bea.id), START)
    assert await status(hub, "DELETE", "bea") == 204
    assert not hub.was_shut_out(str(bea.id), START)


async def test_a_404_can_also_mean_that_the_permission_is_missing(hub: GithubEmulator, bea: GithubAccount) -> None:
    await status(hub, "PUT", "bea")
    hub.state.permissions["organization_user_blocking"] = "read"
    assert await status(hub, "DELETE", "bea") == 404
    del hub.state.permissions["organization_user_blocking"]
    assert await status(hub, "GET", "bea") == 404
    assert hub.was_blocked(str(bea.id), START)


async def test_a_token_can_be_narrower_than_the_installation(hub: GithubEmulator, bea: GithubAccount) -> None:
    assert await status(hub, "PUT", "bea", organization_user_blocking="read") == 404
    assert await status(hub, "PUT", "bea", members="read") == 404
    assert not hub.was_blocked(str(bea.id), START)


async def test_a_member_cannot_be_blocked_until_removed(hub: GithubEmulator) -> None:
    path = f"/orgs/{hub.organization}/blocks/ada"
    with pytest.raises(GithubException, match="first remove") as refused:
        await asked(hub, lambda g: g.requester.requestJsonAndCheck("PUT", path))
    assert refused.value.status == 422
    await asked(hub, lambda g: g.get_organization(hub.organization).remove_from_members(_user(g, "ada")))
    assert await status(hub, "PUT", "ada") == 204
    assert not hub.was_member("77", START)
    assert hub.was_shut_out("77", START)


async def test_a_removal_takes_the_teams_and_writes_to_the_person(hub: GithubEmulator) -> None:
    ada = hub.person("ada")
    assert await status(hub, "DELETE", "ada", "members") == 204
    assert ada.teams() == []
    assert ada.mails() == ["You have been removed from the organization community."]
    assert [(c.before, c.after) for c in hub.history.changes_of("team", "77")] == [({"core": "member"}, {})]


async def test_an_owner_can_be_neither_removed_nor_blocked(hub: GithubEmulator) -> None:
    assert await status(hub, "DELETE", "owner", "members") == 403
    assert await status(hub, "PUT", "owner") == 422
    assert hub.was_member("1", START)


async def test_a_block_takes_stars_watches_and_access_and_lifting_brings_none_back(
    hub: GithubEmulator, bea: GithubAccount
) -> None:
    hub.person("bea").star("site")
    await status(hub, "PUT", "bea")
    await status(hub, "DELETE", "bea")
    assert (bea.stars, bea.watches, hub.state.repositories["site"].collaborators) == (set(), set(), set())
    (lost,) = hub.history.changes_of("relations", str(bea.id))
    assert lost.before == {"stars": ["site"], "watches": ["site"], "collaborator": ["site"]}


async def test_a_renamed_login_is_gone_and_whoever_takes_it_is_somebody_else(
    hub: GithubEmulator, bea: GithubAccount
) -> None:
    hub.rename(bea.id, "beatrix")
    assert await status(hub, "PUT", "bea") == 404
    stranger = hub.register("bea")
    assert await status(hub, "PUT", "bea") == 204
    assert hub.was_blocked(str(stranger.id), START)
    assert not hub.was_blocked(str(bea.id), START)


async def test_an_id_leads_to_todays_login(hub: GithubEmulator, bea: GithubAccount) -> None:
    hub.rename(bea.id, "beatrix")
    found: NamedUser = await asked(hub, lambda g: g.get_user_by_id(bea.id))
    assert (found.login, found.id) == ("beatrix", bea.id)
    with pytest.raises(UnknownObjectException):
        await asked(hub, lambda g: g.get_user_by_id(424242))


async def test_a_block_has_no_end_by_the_api_but_can_have_one_by_hand(
    hub: GithubEmulator, bea: GithubAccount, time: CaseTime
) -> None:
    hub.manual_actions.block_by_hand("owner", "bea", "2026-03-02T12:00:00+00:00")
    assert await status(hub, "GET", "bea") == 204
    time.advance(days=1)
    assert await status(hub, "GET", "bea") == 404
    assert not hub.was_blocked(str(bea.id), time())


async def test_a_block_made_twice_changes_nothing_the_second_time(hub: GithubEmulator, bea: GithubAccount) -> None:
    assert [await status(hub, "PUT", "bea") for _ in range(2)] == [204, 204]
    assert len(list(hub.history.changes_of("block", str(bea.id)))) == 1


async def test_lists_come_in_pages_with_links(hub: GithubEmulator) -> None:
    for number in range(101):
        hub.rules.block(hub.register(f"person{number}"), "owner")
    status_, headers, _ = await asked(
        hub, lambda g: g.requester.requestJson("GET", f"/orgs/{hub.organization}/blocks?per_page=500")
    )
    assert status_ == 200
    assert 'rel="next"' in headers["link"]
    members = await asked(hub, lambda g: [m.login for m in g.get_organization(hub.organization).get_members()])
    assert members == ["owner", "ada"]
    assert await asked(hub, _all_blocked) == 101


def _all_blocked(client: Github) -> int:
    first = client.requester.requestJson("GET", "/orgs/community/blocks?per_page=100&page=2")[1]
    assert 'rel="prev"' in first["link"]
    pages = [
        client.requester.requestJsonAndCheck("GET", f"/orgs/community/blocks?per_page=100&page={n}")[1] for n in (1, 2)
    ]
    return sum(len(page) for page in pages)


async def test_an_invitation_waits_to_be_accepted(hub: GithubEmulator, bea: GithubAccount) -> None:
    await asked(hub, lambda g: g.get_organization(hub.organization).add_to_members(_user(g, "bea")))
    membership = await asked(hub, lambda g: _user(g, "bea").get_organization_membership(hub.organization))
    assert membership.state == "pending"
    assert not hub.was_member(str(bea.id), START)
    hub.person("bea").accept_invitation()
    assert hub.was_member(str(bea.id), START)


async def test_an_invitation_into_a_team_is_taken_up_with_it(hub: GithubEmulator, bea: GithubAccount) -> None:
    def invite(client: Github) -> list[str | None]:
        organization = client.get_organization(hub.organization)
        teams = [t for t in organization.get_teams() if t.slug == "core"]
        organization.invite_user(user=_user(client, "bea"), teams=teams)
        return [invited.login for invited in organization.invitations()]

    assert await asked(hub, invite) == ["bea"]
    hub.person("bea").accept_invitation()
    assert hub.person("bea").teams() == ["core"]


async def test_an_invitation_can_be_withdrawn_and_runs_out(
    hub: GithubEmulator, bea: GithubAccount, time: CaseTime
) -> None:
    await asked(hub, lambda g: g.get_organization(hub.organization).add_to_members(_user(g, "bea")))
    (invitation,) = hub.state.invitations
    assert await status(hub, "DELETE", str(invitation), "invitations") == 204
    hub.manual_actions.invite_by_hand("owner", "bea")
    time.advance(days=7)
    assert await status(hub, "GET", "bea", "memberships") == 404


async def test_a_blocked_account_cannot_be_invited(hub: GithubEmulator, bea: GithubAccount) -> None:
    await status(hub, "PUT", "bea")
    with pytest.raises(GithubException, match="blocked") as refused:
        await asked(hub, lambda g: g.get_organization(hub.organization).invite_user(user=_user(g, "bea")))
    assert refused.value.status == 422


async def test_a_team_membership_is_given_and_taken(hub: GithubEmulator, bea: GithubAccount) -> None:
    hub.add_member("bea")

    def join_and_leave(client: Github) -> list[Any]:
        team = client.get_organization(hub.organization).get_team_by_slug("core")
        user = _user(client, "bea")
        team.add_membership(user, role="maintainer")
        joined = [team.get_team_membership(user).role, sorted(m.login for m in team.get_members())]
        team.remove_membership(user)
        return [*joined, [m.login for m in team.get_members()]]

    assert await asked(hub, join_and_leave) == ["maintainer", ["ada", "bea"], ["ada"]]


async def test_an_outside_collaborator_is_parted_from_the_repositories(hub: GithubEmulator) -> None:
    assert await status(hub, "DELETE", "ada", "outside_collaborators") == 422
    assert await status(hub, "DELETE", "bea", "outside_collaborators") == 204
    assert hub.state.repositories["site"].collaborators == set()


async def test_the_audit_log_is_there_only_where_it_is_paid_for(hub: GithubEmulator, bea: GithubAccount) -> None:
    path = f"/orgs/{hub.organization}/audit-log"
    assert (await asked(hub, lambda g: g.requester.requestJson("GET", path)))[0] == 404
    hub.state.paid = True
    hub.manual_actions.block_by_hand("owner", "bea")
    lines = (await asked(hub, lambda g: g.requester.requestJsonAndCheck("GET", path)))[1]
    assert [(line["action"], line["actor"], line["user"]) for line in lines] == [("org.block_user", "owner", "bea")]


async def test_issues_and_comments_are_made_hidden_locked_and_deleted(hub: GithubEmulator, bea: GithubAccount) -> None:
    number = hub.person("bea").open_issue("site", "It is broken", "Please mend it")
    rude = hub.person("bea").comment("site", number, "You are all bad at this")

    def moderate(client: Github) -> list[Any]:
        issue = client.get_repo(f"{hub.organization}/site").get_issue(number)
        comment = issue.get_comment(rude)
        hidden = comment.minimize("ABUSE")
        issue.lock("too heated")
        own = issue.create_comment("A note from the group")
        issue.edit(state="closed")
        left = [c.id for c in issue.get_comments()]
        comment.delete()
        return [hidden, own.user.login, left == [rude, own.id], [c.id for c in issue.get_comments()] == [own.id]]

    assert await asked(hub, moderate) == [True, hub.bot_login, True, True]
    assert hub.state.repositories["site"].issues[number].locked


async def test_graphql_says_what_is_missing_with_status_200(hub: GithubEmulator) -> None:
    def hide(client: Github) -> None:
        wish = {"subjectId": "IC_1", "classifier": "ABUSE"}
        client.requester.graphql_named_mutation("minimizeComment", wish, "minimizedComment { isMinimized }")

    with pytest.raises(UnknownObjectException):
        await asked(hub, hide)
    assert hub.history.calls("graphql")[0].status == 200


async def test_a_case_issue_is_opened_and_found_again_by_its_body(hub: GithubEmulator) -> None:
    hub.add_repository("cases", private=True)

    def open_and_find(client: Github) -> list[str]:
        repository = client.get_repo(f"{hub.organization}/cases")
        repository.create_issue("Blue Heron", body="marker-1", labels=["case"])
        return [issue.title for issue in repository.get_issues(state="all") if "marker-1" in (issue.body or "")]

    assert await asked(hub, open_and_find) == ["Blue Heron"]


async def test_the_app_reads_what_it_may_do(hub: GithubEmulator) -> None:
    def look(integration: GithubIntegration) -> list[Any]:
        installation = integration.get_app_installation(hub.installation_id)
        return [integration.get_app().slug, installation.id, installation.raw_data["permissions"]["members"]]

    auth = Auth.AppAuth(hub.app_id, hub.private_key_pem)
    assert await asyncio.to_thread(look, GithubIntegration(auth=auth, base_url=hub.url, api_version=API_VERSION)) == [
        hub.app_slug,
        hub.installation_id,
        "write",
    ]


async def test_a_wrong_app_or_key_gets_no_token(hub: GithubEmulator) -> None:
    wrong = GithubIntegration(auth=Auth.AppAuth(1, hub.private_key_pem), base_url=hub.url)
    with pytest.raises(BadCredentialsException):
        await asyncio.to_thread(wrong.get_access_token, hub.installation_id)
    forgery = {"Authorization": "Bearer a.b.c"}
    forged = await asyncio.to_thread(requests.get, f"{hub.url}/app", headers=forgery, timeout=5)
    assert forged.status_code == 401


async def test_a_token_that_ran_out_is_refused(hub: GithubEmulator) -> None:
    def use_after_expiry(client: Github) -> None:
        client.get_organization(hub.organization)
        hub.credentials.expire_tokens()
        client.get_organization(hub.organization)

    with pytest.raises(BadCredentialsException):
        await asked(hub, use_after_expiry)


async def test_a_token_runs_out_in_wire_time(time: CaseTime) -> None:
    wire = CaseTime()
    hub = GithubEmulator(now=time, system_time=wire, private_key_pem=an_app_key())
    name, _ = hub.credentials.issue(None)
    wire.advance(minutes=59)
    assert hub.credentials.token(f"token {name}") is not None
    wire.advance(minutes=1)
    assert hub.credentials.token(f"token {name}") is None


async def test_calls_without_a_permission_that_hides_nothing_are_forbidden(hub: GithubEmulator) -> None:
    hub.state.permissions["members"] = "read"
    assert await status(hub, "DELETE", "ada", "members") == 403
    assert hub.was_member("77", START)


async def test_the_primary_limit_is_a_403_that_says_when_it_resets(hub: GithubEmulator) -> None:
    hub.primary.fill(hub.primary.limit)
    with pytest.raises(RateLimitExceededException) as refused:
        await asked(hub, lambda g: g.get_organization(hub.organization))
    assert (refused.value.headers or {})["x-ratelimit-remaining"] == "0"


async def test_the_secondary_limit_counts_writes_fivefold(hub: GithubEmulator, bea: GithubAccount) -> None:
    hub.points.fill(hub.points.limit - 4)
    assert await status(hub, "GET", "bea") == 404
    with pytest.raises(RateLimitExceededException):
        await asked(hub, lambda g: g.requester.requestJsonAndCheck("PUT", f"/orgs/{hub.organization}/blocks/bea"))
    assert not hub.was_blocked(str(bea.id), START)


def _user(client: Github, login: str) -> NamedUser:
    found = client.get_user(login)
    assert isinstance(found, NamedUser)
    return found
