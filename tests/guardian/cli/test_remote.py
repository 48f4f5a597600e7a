"""`guardian remote`: a service elsewhere answers over its API, in a member's name; what it refuses is said in its words."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from guardian.cli.remote import lines_of
from guardian.people.api_tokens import TokenScope
from guardian.services.sign_in.api_tokens import issue_token
from tests.builders.community import BRUNO, DISCORD, SOMEBODY, a_community
from tests.builders.pages import open_pages
from tests.builders.served import served


@dataclass(frozen=True, slots=True)
class Terminal:
    """A member's shell elsewhere, which knows a service and a token."""

    guardian: tuple[str, ...]
    server: str
    token: str

    async def give(self, *words: str, typed: str = "") -> tuple[int | None, str, str]:
        """The command has ended: its code, what it said, and what it complained of."""
        known = {"GUARDIAN_SERVER": self.server, "GUARDIAN_TOKEN": self.token}
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *self.guardian,
            "remote",
            *words,
            env={"PATH": os.environ["PATH"], **known},
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
        )
        out, err = await process.communicate(typed.encode())
        return process.returncode, out.decode(), err.decode()


async def test_a_member_reads_and_acts_from_a_terminal_elsewhere(tmp_path: Path, warm: tuple[str, ...]) -> None:
    """P-7.1: what an act would do is shown before it is done."""
    async with a_community(tmp_path) as community, open_pages(community) as pages, served(pages.app) as address:
        community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
        case = await community.a_case()
        scopes = frozenset({TokenScope.CASES, TokenScope.ACT})
        issued = await issue_token(community.app, BRUNO, "terminal", scopes, community.app.policy.tokens.longest)
        terminal = Terminal(warm, address, issued.secret)
        assert case.code_name in (await terminal.give("cases"))[1]
        acting = ("act", "discord", "grumbler", "--reason", "It goes on.")
        code, told, _ = await terminal.give(*acting, typed="no\n")
        assert (code, f"the account with the id {SOMEBODY.native_id}" in told, "Nothing was done." in told) == (
            0,
            True,
            True,
        )
        assert "the case of its review" in (await terminal.give(*acting, typed="yes\n"))[1]
        code, _, complaint = await terminal.give("tasks")
        assert (code, "lacks the scope 'tasks'" in complaint) == (1, True)


@pytest.mark.parametrize(
    ("server", "token", "told"),
    [
        ("http://guardian.example", "abc", "not https"),
        ("", "abc", "which service"),
        ("https://guardian.example", "", "no token"),
    ],
)
async def test_a_token_goes_to_no_address_where_others_can_read_it(
    server: str, token: str, told: str, warm: tuple[str, ...]
) -> None:
    code, _, complaint = await Terminal(warm, server, token).give("tasks")
    assert (code, told in complaint) == (1, True)


def test_a_strangers_words_steer_no_terminal() -> None:
    """The harm: a report that hides its own words, or others, on the screen of whoever reads it."""
    (line,) = lines_of({"what_happened": "before\x1b[2Jafter\u202etfel"})
    assert line.endswith("before\\u001b[2Jafter\\u202etfel")
