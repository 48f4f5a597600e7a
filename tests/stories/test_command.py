"""The command that a newcomer gives: lists the stories, plays one, shows the platforms alone; wrong names are told."""

import json
import os
import signal
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from guardian.sandbox.registry import stories

TWO_STORIES = ("unilateral-reversed", "unilateral-ratified")
ROOT = Path(__file__).resolve().parents[2]


def _guardian(warm: tuple[str, ...], folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [*warm, "sandbox", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=110, check=False
    )


@pytest.mark.parametrize("name", TWO_STORIES)
def test_a_story_is_played_from_an_empty_folder_and_its_last_line_is_json(
    name: str, warm: tuple[str, ...], tmp_path: Path
) -> None:
    done = _guardian(warm, tmp_path, "--story", name, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["story"] == name
    assert told["held"] is True
    assert set(told) == {"story", "held", "checks", "elapsed_s"}
    assert all(set(check) == {"name", "held", "detail"} and check["held"] for check in told["checks"])
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_story_is_an_error_that_names_the_known_ones(warm: tuple[str, ...], tmp_path: Path) -> None:
    done = _guardian(warm, tmp_path, "--story", "no-such-story")
    assert done.returncode == 2
    assert "no-such-story" in done.stderr
    assert all(name in done.stderr for name in stories())
    assert "Traceback" not in done.stderr


def test_the_list_has_a_line_for_each_story(warm: tuple[str, ...], tmp_path: Path) -> None:
    done = _guardian(warm, tmp_path, "--list")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(stories())
    assert all(len(line.split()) > 3 for line in done.stdout.splitlines())


def test_the_platforms_alone_give_their_addresses_and_end_when_told(warm: tuple[str, ...], tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [*warm, "sandbox", "--emulators-only"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        shown: dict[str, Any] = json.loads(process.stdout.readline())
        state = _state_of(shown["forum"]["url"], shown["forum"]["control_token"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert {"api_url", "gateway_url", "token", "application_id", "guild_id"} <= set(shown["discord"])
    assert {"app_id", "installation_id", "private_key", "organization"} <= set(shown["github"])
    assert "alder" in {person["handle"] for person in shown["people"]}
    assert any(user["username"] == "alder" for user in state["users"].values())


def _state_of(url: str, token: str) -> Any:
    request = urllib.request.Request(f"{url}/_control/state", headers={"X-Control-Token": token})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_the_open_sandbox_prints_one_address_at_which_its_first_page_is(warm: tuple[str, ...], tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [*warm, "sandbox", "--open"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = next(line.strip() for line in process.stdout if "http://" in line)
        with urllib.request.urlopen(address, timeout=60) as answer:
            shown = answer.read().decode()
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(60) == 0
    assert "From a report to a lifted suspension" in shown
    assert "http://" not in rest
