"""The files of `deploy/`: what they name is there, what they promise stands in them, and they agree with each other."""

import inspect
import re
import subprocess
import sys
from configparser import ConfigParser
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from guardian.cli.__main__ import COMMANDS
from guardian.presets import load_shipped
from guardian.web.forms import MAX_TEXT_BYTES, max_total_size
from guardian.web.health import Health, health_route
from tests.architecture.source import ROOT
from tests.docs.guides_tables import PAGES, text_of

DEPLOY = ROOT / "deploy"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(DEPLOY.iterdir())}
UNITS = sorted(name for name in TEXTS if name.endswith((".service", ".timer")))
SERVICES = [name for name in UNITS if name.endswith(".service")]
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "CapabilityBoundingSet": "",
    "SystemCallFilter": "@system-service",
    "UMask": "0077",
    "LimitCORE": "0",
}
COMMAND = re.compile(r"(?:bin/guardian|--rm guardian|exec guardian guardian) ([a-z-]+)((?: --[a-z-]+ \S+)*)")
RUN_AS = 10001


class _Unit(ConfigParser):
    """A unit of systemd, whose keys are written with capitals."""

    def __init__(self, text: str) -> None:
        super().__init__(interpolation=None, delimiters=("=",), comment_prefixes=("#",))
        self.read_string(text)

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def _unit(name: str) -> _Unit:
    return _Unit(TEXTS[name])


def _compose() -> Any:
    return yaml.safe_load(TEXTS["compose.yaml"])


def _container_lines() -> list[str]:
    joined = re.sub(r"\\\n\s*", "", TEXTS["Containerfile"])
    return [line for line in joined.splitlines() if line and not line.startswith("#")]


def _address(service: str) -> str:
    given = _compose()["services"][service]["networks"]["pages"]["ipv4_address"]
    assert isinstance(given, str)
    return given


def test_every_command_that_a_file_gives_is_there_with_its_options() -> None:
    given = [found for text in TEXTS.values() for found in COMMAND.findall(text)]
    assert {"serve", "backup", "setup"} <= {name for name, _ in given}
    for name, options in given:
        taken = inspect.signature(import_module(f"guardian.cli.{COMMANDS[name][0]}").command).parameters
        assert {flag.replace("-", "_") for flag in re.findall(r"--([a-z-]+)", options)} <= set(taken)


def test_every_file_that_a_page_sends_people_to_is_there() -> None:
    pages = "\n".join(text_of(page) for page in [*PAGES, ROOT / "README.md"])
    named = set(re.findall(r"\bdeploy/([\w.-]*\w(?:\.\*)?)", pages))
    assert named
    assert [name for name in named if not list(DEPLOY.glob(name))] == []


def test_the_container_runs_a_command_as_nobody_special() -> None:
    lines = _container_lines()
    assert [line for line in lines if line.startswith("USER")] == [f"USER {RUN_AS}:{RUN_AS}"]
    assert 'ENTRYPOINT ["guardian"]' in lines
    assert yaml.safe_load(lines[-1].removeprefix("CMD ")) == ["serve"]


def test_the_container_holds_what_the_locks_name_by_hash_and_the_wheel_of_this_tree() -> None:
    lines = _container_lines()
    stages = [number for number, line in enumerate(lines) if line.startswith("FROM")]
    last = lines[stages[-1] :]
    assert len(stages) == 2
    assert [line for line in last if line.startswith("COPY")] == ["COPY --from=build /opt/guardian /opt/guardian"]
    installs = [each for line in lines for each in line.split(" && ") if "pip install" in each]
    assert all(re.search(r"--require-hashes --requirement \S+lock|--no-deps --no-index", x) for x in installs)


def test_the_wheel_is_built_as_the_builder_takes_it() -> None:
    given = re.search(r"hatchling (build .*?) && ", "\n".join(_container_lines()))
    assert given is not None
    asked = subprocess.run(
        [sys.executable, "-m", "hatchling", *given[1].split(), "--help"], capture_output=True, text=True, check=True
    )
    flags = re.findall(r" (--[a-z]+) \S+", given[1])
    assert flags
    assert given[1] == " ".join(
        ["build", *(f"{flag} {value}" for flag, value in re.findall(r"(--\S+) (\S+)", given[1]))]
    )
    assert [flag for flag in flags if flag not in asked.stdout] == []


def test_whatever_the_container_file_copies_is_in_the_tree_and_let_through() -> None:
    copied = [line.split()[1:-1] for line in _container_lines() if re.match("COPY [^-]", line)]
    names = [name.removeprefix("./") for each in copied for name in each]
    let_through = [line[1:] for line in TEXTS["Containerfile.dockerignore"].splitlines() if line.startswith("!")]
    assert sorted(names) == sorted(let_through)
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_the_service_is_reached_through_the_web_server_alone() -> None:
    services = _compose()["services"]
    assert "ports" not in services["guardian"]
    assert services["guardian"]["user"] == f"{RUN_AS}:{RUN_AS}"
    assert services["guardian"]["read_only"] is True
    assert services["guardian"]["cap_drop"] == ["ALL"]
    assert f"reverse_proxy {_address('guardian')}:8420" in TEXTS["Caddyfile"]


def test_the_compose_file_names_files_that_are_there() -> None:
    services = _compose()["services"]
    build = services["guardian"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
    mounted = [each.split(":")[0] for each in services["web"]["volumes"] if each.startswith("./")]
    assert mounted
    assert all((DEPLOY / each).is_file() for each in mounted)


def test_nobody_passes_for_another_network_by_a_header_of_their_own() -> None:
    """The flood of one stranger would else be everybody's, or be counted for somebody who sent nothing."""
    directives = [line.split() for line in TEXTS["Caddyfile"].splitlines() if "X-Forwarded-For" in line]
    assert directives == [["header_up", "X-Forwarded-For", "{remote_host}"]]
    assert "trusted_proxies" not in TEXTS["Caddyfile"]
    assert re.findall(r'trusted_proxies = \["([^"]+)"\]', TEXTS["compose.yaml"]) == [_address("web")]


def test_a_report_that_is_too_large_is_answered_by_the_service_with_its_words() -> None:
    """The service reads on past what it takes, and gives the words back; cut off before it, they would be lost."""
    limit = re.search(r"max_size (\d+)MB", TEXTS["Caddyfile"])
    largest = re.search(r"^largest_file = (\d+)", load_shipped("guardian.toml"), re.M)
    assert limit is not None
    assert largest is not None
    assert int(limit[1]) * 10**6 >= 2 * max_total_size(int(largest[1]) * 2**20) + MAX_TEXT_BYTES


def test_the_web_server_notes_nobody_who_opened_a_page() -> None:
    """An answer that failed is noted with address and page as well, unless it is left out by name."""
    logs = re.findall(r"^\s*log\b.*\{\n\s*(.*)\n", TEXTS["Caddyfile"], re.M)
    assert logs == ["exclude http.log http.handlers"]
    assert len(re.findall(r"^\s*log\b", TEXTS["Caddyfile"], re.M)) == 1


def test_health_is_asked_on_the_host_and_not_by_strangers() -> None:
    async def health() -> Health:
        return Health()

    path = health_route(health).path
    assert f"127.0.0.1:8420{path}" in TEXTS["Containerfile"]
    assert re.search(rf"handle {path}\* {{\s+respond 404", TEXTS["Caddyfile"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_can_write_to_its_own_folders_and_can_do_nothing_else(name: str) -> None:
    service = _unit(name)["Service"]
    assert {key: service.get(key) for key in HARDENED} == HARDENED
    assert service["User"] == "guardian"
    assert service["WorkingDirectory"] in service["ReadWritePaths"].split()


def test_the_service_starts_again_for_as_often_as_it_takes() -> None:
    unit = _unit("guardian.service")
    assert unit["Service"]["ExecStart"].endswith("/bin/guardian serve")
    assert unit["Service"]["Restart"] == "always"
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"


def test_the_nightly_copy_is_a_new_file_in_a_folder_without_keys() -> None:
    timer, service = _unit("guardian-backup.timer")["Timer"], _unit("guardian-backup.service")["Service"]
    target = re.search(r"guardian backup (\S+)/\$\(date", service["ExecStart"])
    assert timer["OnCalendar"]
    assert target is not None
    assert target[1] in service["ReadWritePaths"].split()
    assert Path(service["WorkingDirectory"]) not in [Path(target[1]), *Path(target[1]).parents]
    assert service["ExecStartPost"].startswith(f"/usr/bin/find {target[1]} -name *.copy ")
