"""`guardian serve` against the emulated platforms alone: nothing but addresses in its configuration is different."""

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.wire_time  # a service of its own process takes a while to be up

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
CONFIG = """
[service]
community = "Orchard"
listen = "127.0.0.1:0"

[spaces.discord]
token_file = "discord"
guild_id = "{discord[guild_id]}"
api_url = "{discord[api_url]}"
gateway_url = "{discord[gateway_url]}"

[spaces.forum]
url = "{forum[url]}"
api_key_file = "forum"
api_username = "{forum[api_username]}"

[spaces.github]
organization = "{github[organization]}"
app_id = {github[app_id]}
installation_id = {github[installation_id]}
private_key_file = "github"
api_url = "{github[url]}"
"""


@contextmanager
def _running(warm: tuple[str, ...], folder: Path, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
    with subprocess.Popen(
        [*warm, *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def test_the_service_serves_the_emulated_platforms_as_it_serves_the_real_ones(
    tmp_path: Path, warm: tuple[str, ...]
) -> None:
    with _running(warm, tmp_path, "sandbox", "--emulators-only") as platforms:
        assert platforms.stdout is not None
        shown = json.loads(platforms.stdout.readline())
        _write_config(tmp_path, shown)
        nadia = next(person for person in shown["people"] if person["handle"] == "nadia")
        chair = ("--chair", nadia["name"], "--chair-discord", nadia["discord"])
        subprocess.run([*warm, "setup", *chair], cwd=tmp_path, env=ENVIRONMENT, check=True, capture_output=True)
        with _running(warm, tmp_path, "serve") as service:
            _wait_until_up(service)
            assert _sanctions_of(nadia["discord"], shown["discord"]) == "No sanction runs."


def _write_config(folder: Path, shown: Any) -> None:
    secrets = {
        "discord": shown["discord"]["token"],
        "forum": shown["forum"]["api_key"],
        "github": shown["github"]["private_key"],
    }
    for name, text in secrets.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "guardian.toml").write_text(CONFIG.format(**shown), encoding="utf-8")


def _wait_until_up(service: "subprocess.Popen[str]") -> None:
    """It has said that it is up; a command that came sooner might find nobody to answer it."""
    assert service.stderr is not None
    assert any("Guardian is up" in line for line in service.stderr), "the service ended before it was up"


def _sanctions_of(person: str, discord: Any) -> str:
    """What the member reads after /sanctions."""
    asked = _act(discord, "command", person=person, name="sanctions")
    answered = _act(discord, "screen", screen=asked["interaction_id"], timeout_s=20)
    return str(answered["messages"][-1]["content"])


def _act(discord: Any, act: str, /, **arguments: Any) -> Any:
    address = discord["api_url"].removesuffix("/api/v10") + "/_control/act"
    headers = {"X-Control-Token": discord["control_token"], "Content-Type": "application/json"}
    body = json.dumps({"name": act, "arguments": arguments}).encode()
    with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=30) as answer:
        return json.load(answer)["result"]
