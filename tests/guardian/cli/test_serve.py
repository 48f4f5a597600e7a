"""The service as a process: alone on its database, well while it runs, and ended by a signal."""

import asyncio
import json
import re
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.guardian.cli.conftest import TIMEOUT_SECONDS, Installation


@asynccontextmanager
async def served(installation: Installation) -> AsyncIterator[asyncio.subprocess.Process]:
    """`guardian serve` is up; it is ended afterwards, and ended well."""
    process = await installation.start("serve")
    assert process.stderr is not None
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while not (line := await process.stderr.readline()).startswith(b"Guardian is up"):
                assert line, "the service ended before it was up"
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await process.communicate()


def on_a_port_of_its_own(installation: Installation) -> None:
    """The configuration names a port that is free just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = installation.settings.path
    path.write_text(path.read_text(encoding="utf-8").replace("127.0.0.1:0", f"127.0.0.1:{port}"), encoding="utf-8")


async def test_the_service_ends_well_when_it_is_told_to(installation: Installation) -> None:
    async with served(installation) as process:
        pass
    assert process.returncode == 0


async def test_a_second_service_on_one_file_is_refused_and_the_first_goes_on(installation: Installation) -> None:
    on_a_port_of_its_own(installation)
    async with served(installation):
        second = await installation.give("serve")
        status = json.loads((await installation.give("status", "--json")).out)
    assert second.code == 1
    assert "Another 'serve' already works on" in second.err
    assert "Traceback" not in second.err
    assert status["service"]["well"] is True


async def test_a_hangup_reads_the_modes_again_and_says_what_they_are(installation: Installation) -> None:
    async with served(installation) as process:
        assert process.stderr is not None
        process.send_signal(signal.SIGHUP)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while not (line := await process.stderr.readline()).startswith(b"The modes are read again: "):
                assert line, "the service ended"
    assert b"discord enforce, forum enforce, github enforce" in line
    assert b"Everything else in the file is read at the next start." in line


async def test_a_hangup_with_a_faulty_file_changes_nothing_and_names_the_fault(installation: Installation) -> None:
    async with served(installation) as process:
        assert process.stderr is not None
        path = installation.settings.path
        path.write_text(path.read_text(encoding="utf-8").replace('"enforce"', '"enforced"'), encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        said = b""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while not said.endswith(b"Nothing was changed: every space keeps its mode.\n"):
                line = await process.stderr.readline()
                assert line, "the service ended"
                said += line
    assert b"spaces.discord.mode: 'enforced' is not one of: observe, enforce" in said
    assert process.returncode == 0


async def test_the_tables_are_not_changed_under_a_running_service(installation: Installation) -> None:
    async with served(installation):
        ended = await installation.give("db", "upgrade")
    assert ended.code == 1
    assert "Another 'serve' already works on" in ended.err


async def test_status_says_when_no_service_runs(installation: Installation) -> None:
    ended = await installation.give("status")
    assert ended.code == 0
    assert "does not answer on this host" in ended.out


async def test_a_token_that_discord_refuses_is_named_with_its_remedy_by_the_check(installation: Installation) -> None:
    (installation.folder / "secrets" / "discord-token").write_text("another token", encoding="utf-8")
    ended = await installation.give("check")
    assert ended.code == 1
    assert "Discord refuses the bot token: make a new one" in ended.out
    assert "Traceback" not in ended.err


@pytest.mark.harm("one-space-down-stops-everything")
@pytest.mark.parametrize("trouble", ["token", "intent", "down"])
async def test_a_discord_that_is_down_at_start_stops_neither_the_pages_nor_the_clocks(
    installation: Installation, trouble: str
) -> None:
    """A dead token, a switched-off intent, or nobody there at all."""
    on_a_port_of_its_own(installation)
    discord, path = installation.world.discord, installation.settings.path
    config = path.read_text("utf-8").replace("[spaces.discord]", '[spaces.discord]\npatience = "1s"')
    path.write_text(config, "utf-8")
    match trouble:
        case "token":
            discord.token = "another one by now"
        case "intent":
            discord.state.privileged_intents = 0
        case _:
            await discord.stop()
    async with served(installation):
        status = json.loads((await installation.give("status", "--json")).out)
        listening = re.search(r'listen = "(127.0.0.1:\d+)"', config)
        assert listening
        async with aiohttp.ClientSession() as session, session.get(f"http://{listening[1]}/report") as page:
            assert page.status == 200
    assert status["service"]["spaces_down"] == ["discord"]
    assert status["service"]["well"] is False
    assert status["service"]["stale"] == []
