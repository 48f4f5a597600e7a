"""Our descriptions of Discord against the published one, and the emulator's answers against both."""

import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import discord
import pytest
from jsonschema import Draft202012Validator

from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.discord.state import Connection, DiscordState
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.emulators.shared.history import Exchange
from tests.connectors.emulators.discord.client_bot import BEGAN, ManualClock, running
from tests.contracts.schemas.discord import (
    ANSWERS,
    EXAMPLES,
    FILES,
    PAGES,
    UNPUBLISHED,
    faults_of,
    validate_history,
)

PUBLISHED = Path(__file__).parents[3] / "shared" / "specs" / "discord.json"
needs_published = pytest.mark.skipif(not PUBLISHED.exists(), reason="published descriptions absent: not run")

PATHS = {
    "me.get": "/users/@me",
    "connection.list": "/users/@me/connections",
    "user.get": "/users/{user_id}",
    "application.get": "/oauth2/applications/@me",
    "gateway.get": "/gateway",
    "gateway.bot": "/gateway/bot",
    "command.list": "/applications/{application_id}/commands",
    "command.put": "/applications/{application_id}/commands",
    "command.list_guild": "/applications/{application_id}/guilds/{guild_id}/commands",
    "command.put_guild": "/applications/{application_id}/guilds/{guild_id}/commands",
    "guild.get": "/guilds/{guild_id}",
    "guild.incidents": "/guilds/{guild_id}/incident-actions",
    "channel.list": "/guilds/{guild_id}/channels",
    "channel.get": "/channels/{channel_id}",
    "channel.patch": "/channels/{channel_id}",
    "role.list": "/guilds/{guild_id}/roles",
    "ban.list": "/guilds/{guild_id}/bans",
    "ban.get": "/guilds/{guild_id}/bans/{user_id}",
    "ban.put": "/guilds/{guild_id}/bans/{user_id}",
    "ban.delete": "/guilds/{guild_id}/bans/{user_id}",
    "ban.bulk": "/guilds/{guild_id}/bulk-ban",
    "member.list": "/guilds/{guild_id}/members",
    "member.search": "/guilds/{guild_id}/members/search",
    "member.get": "/guilds/{guild_id}/members/{user_id}",
    "member.patch": "/guilds/{guild_id}/members/{user_id}",
    "member.remove": "/guilds/{guild_id}/members/{user_id}",
    "role.add": "/guilds/{guild_id}/members/{user_id}/roles/{role_id}",
    "role.remove": "/guilds/{guild_id}/members/{user_id}/roles/{role_id}",
    "audit.list": "/guilds/{guild_id}/audit-logs",
    "dm.open": "/users/@me/channels",
    "message.list": "/channels/{channel_id}/messages",
    "message.post": "/channels/{channel_id}/messages",
    "message.bulk_delete": "/channels/{channel_id}/messages/bulk-delete",
    "message.get": "/channels/{channel_id}/messages/{message_id}",
    "message.patch": "/channels/{channel_id}/messages/{message_id}",
    "message.delete": "/channels/{channel_id}/messages/{message_id}",
    "interaction.callback": "/interactions/{interaction_id}/{interaction_token}/callback",
    "followup.post": "/webhooks/{webhook_id}/{webhook_token}",
    "original.get": "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
    "original.patch": "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
    "original.delete": "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
}
METHODS = {"list": "get", "get": "get", "bot": "get", "list_guild": "get", "put": "put", "put_guild": "put"}
METHODS |= {"add": "put", "delete": "delete", "remove": "delete", "patch": "patch", "post": "post"}
METHODS |= {
    "search": "get",
    "incidents": "put",
    "bulk": "post",
    "open": "post",
    "bulk_delete": "post",
    "callback": "post",
}


@cache
def _published() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return whole


def _method(operation: str) -> str:
    name = operation.split(".")[1]
    return "delete" if operation == "role.remove" else METHODS[name]


def _operation(operation: str) -> Any:
    return _published()["paths"][PATHS[operation]][_method(operation)]


@cache
def _published_checker(operation: str, status: int) -> Draft202012Validator | None:
    responses = _operation(operation)["responses"]
    found = responses.get(str(status)) or responses.get(f"{status // 100}XX")
    if found is None:
        raise LookupError(f"{operation}: the published description knows no {status}")
    if "$ref" in found:
        found = _published()["components"]["responses"][found["$ref"].rsplit("/", 1)[1]]
    content = found.get("content", {}).get("application/json")
    if content is None:
        return None
    return Draft202012Validator({**content["schema"], "components": _published()["components"]})


def _with_numeric_codes(answer: Any) -> Any:
    """The published description wants a number where a field's fault has its code; the documentation shows names."""
    if isinstance(answer, dict):
        found = {key: _with_numeric_codes(value) for key, value in answer.items()}
        return found | {"code": 0} if isinstance(found.get("code"), str) else found
    return [_with_numeric_codes(each) for each in answer] if isinstance(answer, list) else answer


def _against_published(operation: str, status: int, answer: Any) -> list[str]:
    checker = _published_checker(operation, status)
    if checker is None:
        return [] if answer is None else [f"{operation} {status}: a body where none is described"]
    if status >= 400 and "errors" in answer:
        answer = answer | {"errors": _with_numeric_codes(answer["errors"])}
    return [f"{operation} {status}: {e.json_path}: {e.message[:300]}" for e in checker.iter_errors(answer)]


def _described(exchange: Exchange) -> bool:
    answered = exchange.status is not None and exchange.status < 500 and exchange.operation in PATHS
    return answered and not (exchange.status == 429 and exchange.answer is None)


@pytest.fixture
async def visited() -> Any:
    """An emulator after an unmodified client, and plain calls, have used every operation that we describe."""
    hours = ManualClock()
    emulator = DiscordEmulator(DiscordState(begun=BEGAN), now=hours.now, enforce_limits=False, answer_window_s=0.3)
    await emulator.start()
    ada, ben = (emulator.state.add_member(emulator.state.add_user(n)) for n in ("ada", "ben"))
    async with running(emulator) as bot:
        await _people_use_everything(emulator, bot, ada)
    await _plain_calls(emulator, ada, ben)
    await _signed_in(emulator, ada)
    yield emulator
    await emulator.stop()


async def _people_use_everything(emulator: DiscordEmulator, bot: discord.Client, ada: str) -> None:
    person = emulator.person(ada)
    answer = await person.submit(await person.command("report"), {"what": "a quarrel", "files": [("a.txt", b"x")]})
    await person.press(answer, "Done")
    await (await person.command("slow")).wait_until_settled()
    await (await person.command("late_form")).wait_until_settled()
    await person.command("typed", code="fern", kind="Warning")
    account = await bot.fetch_user(int(ada))
    embed = discord.Embed(title="t", description="d").add_field(name="n", value="v")
    await account.send("hello", embed=embed, file=discord.File(__file__, "proof.txt"))


async def _plain_calls(emulator: DiscordEmulator, ada: str, ben: str) -> None:
    role, thread = emulator.state.add_role("heard"), emulator.state.add_thread("a quarrel", ada)
    guild, general = f"/guilds/{emulator.guild_id}", f"/channels/{emulator.state.general_id}"
    first, second, third = (emulator.say(ada, emulator.state.general_id, t) for t in ("one", "two", "three"))
    private = emulator.state.private_channel(ada)
    assert private is not None
    later = (emulator.now() + timedelta(days=1)).isoformat()
    token = next(s.token for s in emulator.interactions.screens.values() if s.messages)
    original = f"/webhooks/{emulator.application_id}/{token}/messages/@original"
    own = f"/applications/{emulator.application_id}"
    calls: list[tuple[str, str, Any]] = [
        ("GET", "/gateway", None),
        ("GET", "/gateway/bot", None),
        ("GET", guild, None),
        ("GET", f"{guild}/channels", None),
        ("GET", f"{guild}/roles", None),
        ("GET", general, None),
        ("GET", f"/channels/{private.id}", None),
        ("PATCH", f"/channels/{thread}", {"archived": False, "locked": True}),
        ("GET", f"/channels/{thread}", None),
        ("PATCH", general, {"locked": True}),
        ("GET", f"{guild}/members?limit=10", None),
        ("GET", f"{guild}/members/search?query=ad", None),
        ("GET", f"{guild}/members/{ada}", None),
        ("PATCH", f"{guild}/members/{ada}", {"communication_disabled_until": later}),
        ("PATCH", f"{guild}/members/{ada}", {"communication_disabled_until": None}),
        ("PATCH", f"{guild}/members/{ada}", {"communication_disabled_until": "tomorrow"}),
        ("PUT", f"{guild}/members/{ada}/roles/{role}", None),
        ("DELETE", f"{guild}/members/{ada}/roles/{role}", None),
        ("DELETE", f"{guild}/members/{ben}", None),
        ("GET", f"{guild}/members/{ben}", None),
        ("PUT", f"{guild}/bans/{ben}", {"delete_message_seconds": 0}),
        ("PUT", f"{guild}/bans/7", {}),
        ("PUT", f"{guild}/bans/{emulator.state.owner_id}", {}),
        ("GET", f"{guild}/bans", None),
        ("GET", f"{guild}/bans/{ben}", None),
        ("GET", f"{guild}/bans/{ada}", None),
        ("DELETE", f"{guild}/bans/{ben}", None),
        ("DELETE", f"{guild}/bans/{ben}", None),
        ("POST", f"{guild}/bulk-ban", {"user_ids": [ben]}),
        ("POST", f"{guild}/bulk-ban", {"user_ids": []}),
        ("PUT", f"{guild}/incident-actions", {"invites_disabled_until": "2126-03-02T15:00:00+00:00"}),
        ("PUT", f"{guild}/incident-actions", {"invites_disabled_until": None}),
        ("GET", f"{guild}/audit-logs", None),
        ("POST", "/users/@me/channels", {"recipient_id": ben}),
        ("POST", f"{general}/messages", {"content": "by the bot"}),
        ("POST", f"{general}/messages", {"content": "x" * 2001}),
        ("GET", f"{general}/messages", None),
        ("GET", f"{general}/messages/{first}", None),
        ("DELETE", f"{general}/messages/{first}", None),
        ("GET", f"{general}/messages/{first}", None),
        ("POST", f"{general}/messages/bulk-delete", {"messages": [second, third]}),
        ("GET", original, None),
        ("PATCH", original, {"content": "edited"}),
        ("DELETE", original, None),
        ("GET", f"{own}/commands", None),
        ("PUT", f"{own}/commands", [{"name": "report", "description": "Report"}]),
        ("PUT", f"{own}/commands", [{"name": "Not Valid", "description": ""}]),
        (
            "PUT",
            f"{own}/commands",
            [{"name": "report", "description": "Report", "name_localizations": {"de": "melden"}}],
        ),
        (
            "PUT",
            f"{own}/commands",
            [{"name": "report", "description": "Report", "name_localizations": {"xx": "Melden"}}],
        ),
        ("GET", f"{own}/guilds/{emulator.guild_id}/commands", None),
    ]
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {emulator.token}"}) as session:
        for method, path, body in calls:
            async with session.request(method, emulator.api_url + path, json=body) as answer:
                assert answer.status < 500, (method, path)
        newest = emulator.state.messages_in(emulator.state.general_id)[-1].id
        url = f"{emulator.api_url}{general}/messages/{newest}"
        async with session.patch(url, json={"content": "otherwise"}) as answer:
            assert answer.status == 200
        emulator.set_fault(Fault(kind=FaultKind.TOO_MANY, operation="guild.get", times=1, seconds=0.1))
        async with session.get(emulator.api_url + guild) as answer:
            assert answer.status == 429


async def _signed_in(emulator: DiscordEmulator, ada: str) -> None:
    known, back = emulator.oauth, "https://guardian.example/sign-in/discord/back"
    known.redirects.append(back)
    emulator.state.connect(ada, Connection(kind="github", id="583231", name="octocat"))
    asked = {
        "client_id": known.client_id,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "identify connections",
    }
    ours = {"client_id": known.client_id, "client_secret": known.client_secret}
    page, tokens = f"{emulator.origin}/oauth2/authorize", f"{emulator.origin}/api/oauth2/token"
    async with aiohttp.ClientSession() as browser:
        async with browser.get(page, params=asked) as answer:
            assert "third-party connections" in await answer.text()
        given = {**asked, "username": "ada", "permission": "authorize"}
        async with browser.post(page, data=given, allow_redirects=False) as answer:
            code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
        shown = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
        async with browser.post(tokens, data={**shown, "client_id": "1", "client_secret": "no"}) as answer:
            assert answer.status == 401
        async with browser.post(tokens, data={**shown, **ours}) as answer:
            token = (await answer.json())["access_token"]
        async with browser.post(tokens, data={**shown, **ours}) as answer:
            assert answer.status == 400
        theirs = {"Authorization": f"Bearer {token}"}
        for path, status in (("/users/@me", 200), ("/users/@me/connections", 200), (f"/users/{ada}", 401)):
            async with browser.get(emulator.api_url + path, headers=theirs) as answer:
                assert answer.status == status, path
        await browser.post(f"{tokens}/revoke", data={**ours, "token": token})
        async with browser.get(f"{emulator.api_url}/users/@me", headers=theirs) as answer:
            assert answer.status == 401


async def test_every_operation_that_we_describe_is_answered_as_we_describe_it(visited: DiscordEmulator) -> None:
    answered = {(e.operation, e.status) for e in visited.history.exchanges if e.status is not None and e.status < 300}
    wanted = {(operation, status) for operation, by_status in ANSWERS.items() for status in by_status}
    assert {o for o, _ in wanted} - {o for o, _ in answered} == set()
    assert {o for o, _ in answered} - set(ANSWERS) - {*FILES, *PAGES} == set()
    assert validate_history(visited.history) == []


@pytest.mark.parametrize("operation", sorted(EXAMPLES))
def test_our_examples_are_what_we_describe(operation: str) -> None:
    assert faults_of(operation, *EXAMPLES[operation]) == []


def test_our_descriptions_refuse_what_is_wrong() -> None:
    assert faults_of("ban.get", 200, {"user": {"id": 5}, "reason": None})
    assert faults_of("ban.put", 204, {})
    assert faults_of("ban.get", 404, {"message": "no code"})
    assert faults_of("ban.get", 302, None)
    assert faults_of("nothing.known", 200, {})


@needs_published
@pytest.mark.parametrize("operation", sorted(EXAMPLES))
def test_our_examples_are_what_the_platform_publishes(operation: str) -> None:
    assert _against_published(operation, *EXAMPLES[operation]) == []


@needs_published
def test_every_operation_that_we_describe_is_published_with_its_statuses() -> None:
    assert set(PATHS) == set(ANSWERS) - set(UNPUBLISHED)
    for operation in PATHS:
        for status in ANSWERS[operation]:
            _published_checker(operation, status)


@needs_published
async def test_what_the_emulator_answers_is_what_the_platform_publishes(visited: DiscordEmulator) -> None:
    exchanges = [e for e in visited.history.exchanges if _described(e)]
    faults = [f for e in exchanges for f in _against_published(e.operation, e.status or 0, e.answer)]
    assert sorted(set(faults)) == []


@needs_published
def test_the_published_description_refuses_what_is_wrong() -> None:
    assert _against_published("ban.get", 200, {"user": {"id": 5}, "reason": None})
    assert _against_published("ban.put", 204, {"user": 1})
    assert _against_published("ban.get", 404, {"message": "no code"})
    with pytest.raises(LookupError):
        _published_checker("ban.get", 302)
