"""`guardian remote`: ask a service elsewhere as a member, over its API, with a personal token.

The token comes from a file or from GUARDIAN_TOKEN, never from the command's own words, which others of the machine can
read. Read `command` first.
"""

import os
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote, urlsplit

import requests
import typer

from guardian.cli.authentication import ask
from guardian.cli.context import JsonOption, print_json, print_line
from guardian.errors import Misconfigured, Refused
from guardian.ids import new_id

API_PATH: Final = "/api/v1"
_TIMEOUT_SECONDS: Final = 60
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_YES: Final = "yes"


class RemoteQuestion(StrEnum):
    """What can be asked of a service elsewhere."""

    TOKEN = "token"
    TASKS = "tasks"
    CASES = "cases"
    CASE = "case"
    FILE = "file"
    NOTES = "notes"
    SANCTIONS = "sanctions"
    SANCTION = "sanction"
    EXPLAIN = "explain"
    ACTS = "acts"
    ACT = "act"
    MEASURES = "measures"
    MATTERS = "matters"
    ESCALATIONS = "escalations"
    MEMBERS = "members"
    JOURNAL = "journal"


_NAMED: Final[Mapping[RemoteQuestion, str]] = {
    RemoteQuestion.CASE: "/cases/{}",
    RemoteQuestion.FILE: "/cases/{}/file",
    RemoteQuestion.NOTES: "/cases/{}/notes",
    RemoteQuestion.SANCTION: "/sanctions/{}",
}


def command(
    question: Annotated[RemoteQuestion, typer.Argument(help="What is asked.")],
    names: Annotated[
        list[str] | None,
        typer.Argument(help="A case, a reference; for explain and act: a space, and an account in it."),
    ] = None,
    server: Annotated[
        str, typer.Option(envvar="GUARDIAN_SERVER", help="The service's address, as its pages have it.")
    ] = "",
    token_file: Annotated[
        Path | None, typer.Option(help="The file that holds your token. Otherwise GUARDIAN_TOKEN.")
    ] = None,
    restriction: Annotated[str, typer.Option(help="act: muted, suspended or banned.")] = "suspended",
    ground: Annotated[str, typer.Option(help="act: ongoing, threat or physical_danger.")] = "ongoing",
    reason: Annotated[str, typer.Option(help="act: what is happening; it is kept with the case.")] = "",
    days: Annotated[int | None, typer.Option(help="act: for how many days; otherwise until it is reviewed.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a service elsewhere in your name. Issue a token on its console, under Sessions."""
    remote = RemoteService(_address(server), _read_token(token_file))
    given = names or []
    if question is RemoteQuestion.ACT:
        space, account = _two(given)
        given_act = {"restriction": restriction, "ground": ground, "reason": reason, "days": days}
        print_line(act(remote, space, account, given_act))
        return
    answer = remote.get(*_where(question, given))
    if as_json:
        print_json(answer)
        return
    for line in lines_of(answer):
        print_line(line)


class _NoAnswer(Refused):
    """Nothing came back: it may have been done all the same."""


class RemoteService:
    """A service elsewhere, by its API; what it refuses is raised in its own words."""

    def __init__(self, server: str, token: str) -> None:
        self._base = server + API_PATH
        self._headers = {"authorization": f"Bearer {token}"}

    def get(self, path: str, query: Mapping[str, str]) -> Any:
        """Return what is answered there."""
        return self._ask("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any], key: str = "") -> Any:
        """Return what is answered to that; by its key it is sent once more where no answer comes, and done once."""
        try:
            return self._ask("POST", path, key, json=body)
        except _NoAnswer:
            if not key:
                raise
            return self._ask("POST", path, key, json=body)

    def _ask(self, method: str, path: str, key: str = "", **sent: Any) -> Any:
        try:
            answer = requests.request(
                method,
                self._base + path,
                headers={**self._headers, "idempotency-key": key} if key else self._headers,
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
                **sent,
            )
            said = answer.json()
        except requests.JSONDecodeError:
            raise Refused("no_api", f"{self._base} does not answer as Guardian does. Is the address right?") from None
        except requests.RequestException as error:
            raise _NoAnswer("unreachable", f"{self._base} cannot be reached ({type(error).__name__}).") from None
        if answer.ok:
            return said
        raise Refused(str(said.get("code", "")), _refusal_text(said), str(said.get("rule", "")))


def act(remote: RemoteService, space: str, account: str, given: Mapping[str, Any]) -> str:
    """Show what an act would do, and carry it out once that is confirmed; return what came of it."""
    wanted = {"space": space, "restriction": given["restriction"]}
    seen = remote.post("/acts/preview", {**wanted, "account": account})
    found = seen["account"]
    print_line(f"It hits {found['handle']} in {found['space']} (the account with the id {found['id']}).")
    for row in seen["spaces"]:
        destroyed = f"; it destroys {', '.join(row['destroys'])}" if row["destroys"] else ""
        print_line(f"  {row['space']}: {row['state']}{destroyed}")
    if ask(f"Type {_YES} to do it: ").casefold() != _YES:
        return "Nothing was done."
    done = remote.post("/acts", {**wanted, **given, "account_id": found["id"]}, key=new_id())
    return f"{done['sentence']} The person is called {done['person']}, and the case of its review {done['case']}."


def lines_of(answer: Any, indent: str = "") -> list[str]:
    """Return the answer in lines for people: one paragraph a thing, one line a field, nothing where nothing is said."""
    if isinstance(answer, list):
        if not answer:
            return [f"{indent}Nothing."]
        return [line for each in answer for line in [*lines_of(each, indent), *([""] if not indent else [])]]
    if not isinstance(answer, dict):
        return [f"{indent}{_shown(answer)}"]
    lines = []
    for name, value in answer.items():
        if isinstance(value, list | dict) and value:
            lines += [f"{indent}{_label(name)}", *lines_of(value, indent + "  ")]
        elif value not in (None, "", [], {}):
            lines.append(f"{indent}{_label(name):<16} {_shown(value)}")
    return lines


def _shown(value: object) -> str:
    """The value without what would steer a terminal or turn the direction of writing: strangers' words are among it."""
    return "".join(each if each.isprintable() or each == "\n" else f"\\u{ord(each):04x}" for each in str(value))


def _label(name: str) -> str:
    return name.replace("_", " ")


def _where(question: RemoteQuestion, names: Sequence[str]) -> tuple[str, Mapping[str, str]]:
    if question is RemoteQuestion.EXPLAIN:
        space, account = _two(names)
        return "/explanations", {"space": space, "account": account}
    if question not in _NAMED:
        return f"/{question}", {}
    if len(names) != 1:
        raise typer.BadParameter(f"{question} needs one name")
    return _NAMED[question].format(quote(names[0], safe="")), {}


def _two(names: Sequence[str]) -> tuple[str, str]:
    if len(names) != 2:
        raise typer.BadParameter("give a space, and an account in it")
    return names[0], names[1]


def _address(server: str) -> str:
    parts = urlsplit(server)
    if not parts.hostname:
        raise Misconfigured(["Say which service is meant: --server https://…, or GUARDIAN_SERVER."])
    if parts.scheme != "https" and parts.hostname not in _LOCAL:
        raise Misconfigured([f"{server} is not https: your token would go over the network for everybody to read."])
    return server.rstrip("/")


def _read_token(file: Path | None) -> str:
    token = (file.read_text(encoding="utf-8") if file is not None else os.environ.get("GUARDIAN_TOKEN", "")).strip()
    if not token or not token.isascii():
        raise Misconfigured(["There is no token: name its file with --token-file, or set GUARDIAN_TOKEN."])
    return token


def _refusal_text(said: Mapping[str, Any]) -> str:
    faults = "; ".join(f"{each['field']}: {each['sentence']}" for each in said.get("faults", ()))
    return f"{said.get('detail', 'It was refused.')}{f' ({faults})' if faults else ''}"
