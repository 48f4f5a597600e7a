"""What is answered on Discord is for whoever asked, in the server that is served, and nothing is fetched for strangers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from connectors.discord.attachments import FileAuthor, FileLimits, fetch_evidence
from connectors.discord.client import DiscordConnection
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Reply
from connectors.discord.intake import attach
from connectors.discord.interactions import CommandContext
from connectors.discord.message_parts import UploadedFile
from guardian.notices.translations import translate_text
from tests.builders.community import AMARA, SOMEBODY
from tests.connectors.discord.service import WHAT, DiscordService, discord_service

ELSEWHERE = translate_text("en-US", "fault.elsewhere")
PRIVATE_FLAG = 1 << 6


# -- for whoever asked


@asynccontextmanager
async def talkative_service(folder: Path) -> AsyncIterator[DiscordService]:
    """A service with a command whose answer needs several messages."""
    extra = CommandSet()

    @extra.command(name="talk")
    async def talk(context: CommandContext) -> Reply:
        return Reply("\n\n".join(["About a case that nobody else may know of. " * 20] * 6))

    async with discord_service(folder) as service:
        await service.connection.close()
        service.connection = DiscordConnection(service.connection.config)
        extra.add_to(attach(service.connection, service.app))
        await service.connection.start()
        yield service


@pytest.mark.harm("answer-read-by-everybody")
async def test_every_further_message_of_an_answer_is_for_whoever_asked(tmp_path: Path) -> None:
    async with talkative_service(tmp_path) as service:
        screen = await service.ask(AMARA, "talk")
        await screen.wait_until(lambda shown: len(shown.messages) >= 3, 5)
        sent = [each.body for each in service.emulator.history.exchanges if each.operation == "followup.post"]
        assert len(sent) >= 2
        assert {int(body["flags"]) & PRIVATE_FLAG for body in sent} == {PRIVATE_FLAG}
        assert {message.ephemeral for message in screen.messages} == {True}


# -- in the server that is served


def move_elsewhere(service: DiscordService) -> None:
    """From now on people act in another server, where the same app happens to be."""
    state = service.emulator.state
    here, there = state.guild_id, "900000000000000009"
    state.commands[there], state.roles[there] = state.commands[here], state.roles[here]
    state.guild_id = there
    state.command_overwrites[state.guild_id] = True


@pytest.mark.harm("served-in-another-server")
async def test_nobody_is_served_in_another_server(tmp_path: Path) -> None:
    async with discord_service(tmp_path) as service:
        state, reporter = service.emulator.state, service.reporter
        message = state.add_message(state.general_id, SOMEBODY.native_id, "You are all fools.")
        case, _ = await service.a_case()
        answer, form = await service.report(), await reporter.command("report")
        before = await service.reports()
        here = state.guild_id
        move_elsewhere(service)
        seen = {
            "command": await service.ask(AMARA, "case", case=case),
            "form": await (await reporter.submit(form, {WHAT: "Elsewhere."})).wait_until_settled(),
            "report": await (await reporter.command("report")).wait_until_settled(),
            "menu": await (await reporter.message_menu("Report conduct", message)).wait_until_settled(),
            "person": await (await reporter.user_menu("Report this person", SOMEBODY.native_id)).wait_until_settled(),
            "button": await (await reporter.press(answer, "Add details")).wait_until_settled(),
        }
        offered = await service.member(AMARA).autocomplete("case", "case", "")
        state.guild_id = here
        assert offered == []
        assert {name: (screen.modal, screen.text) for name, screen in seen.items()} == dict.fromkeys(
            seen, (None, ELSEWHERE)
        )
        assert await service.reports() == before


# -- from Discord's own hosts

LIMITS = FileLimits("https://discord.com/api/v10", 1000, 3000, timedelta(seconds=2))


@pytest.mark.harm("evidence-fetched-from-anywhere")
@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/attachments/1/2/a.png",
        "https://cdn.discordapp.com.evil.example/a.png",
        "https://evil-cdn.discordapp.com/a.png",
        "https://cdndiscordapp.com/a.png",
        "https://cdn.discordapp.com@evil.example/a.png",
        "https://cdn.discordapp.com:8443/a.png",
        "https://evil.example/cdn.discordapp.com/a.png",
        "https://evil.example?cdn.discordapp.com",
        "https://evil.example#https://cdn.discordapp.com/",
        "https://cdn.discordapp.com\\@evil.example/a.png",
        "http://cdn.discordapp.com/a.png",
        "ftp://cdn.discordapp.com/a.png",
        "//cdn.discordapp.com/a.png",
        "https://127.0.0.1/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://discord.com/api/v10/a.png",
        "file:///etc/passwd",
        "",
    ],
)
async def test_no_file_is_fetched_from_anywhere_but_discords_own_hosts(url: str) -> None:
    (file,) = await fetch_evidence([UploadedFile("a.png", url, 1)], LIMITS, FileAuthor())
    assert file.content is None
    assert "not on Discord's own servers" in file.why_not


@asynccontextmanager
async def file_server(status: int, content: bytes = b"") -> AsyncIterator[tuple[str, list[str]]]:
    """An address of Discord's own that answers so to whatever is asked; and what it was asked."""
    asked: list[str] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(status=status, headers={"Location": "/secret"}, body=content)

    app = web.Application()
    app.router.add_get("/{tail:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()


def limits_at(url: str) -> FileLimits:
    """A thousand bytes a file, three thousand together."""
    return FileLimits(f"{url}/api/v10", 1000, 3000, timedelta(seconds=2))


@pytest.mark.harm("evidence-fetched-from-anywhere")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_file_that_leads_on_to_another_address_is_not_followed(status: int) -> None:
    """An address of Discord's own that answers with a redirect to somewhere inside our network."""
    async with file_server(status) as (url, asked):
        (file,) = await fetch_evidence([UploadedFile("a.png", f"{url}/a.png", 1)], limits_at(url), FileAuthor())
    assert (file.content, asked) == (None, ["/a.png"])
    assert file.why_not.startswith("The file could not be fetched")


@pytest.mark.harm("evidence-without-bound")
@pytest.mark.parametrize(("size", "kept"), [(1000, True), (1001, False), (500_000, False)])
async def test_a_file_is_kept_to_its_bound_whatever_size_was_stated(size: int, kept: bool) -> None:
    """P-2.1: too large is said, and the report is taken without it."""
    async with file_server(200, b"x" * size) as (url, _):
        (file,) = await fetch_evidence([UploadedFile("a.png", f"{url}/a.png", 1)], limits_at(url), FileAuthor())
    assert (len(file.content or b""), bool(file.why_not)) == ((size, False) if kept else (0, True))


@pytest.mark.harm("evidence-without-bound")
async def test_many_files_are_kept_to_their_bound_together(tmp_path: Path) -> None:
    """P-2.1"""
    async with file_server(200, b"x" * 1000) as (url, _):
        uploads = [UploadedFile(f"{number}.png", f"{url}/{number}.png", 1) for number in range(5)]
        files = await fetch_evidence(uploads, limits_at(url), FileAuthor())
    assert [len(file.content or b"") for file in files] == [1000, 1000, 1000, 0, 0]
