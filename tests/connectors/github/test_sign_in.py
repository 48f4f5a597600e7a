"""Signing in with GitHub shows which account is somebody's: its lasting number, by their own yes, once."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from connectors.emulators.github.server import GithubEmulator
from connectors.github.sign_in import GithubSignIn, SignInConfig
from guardian.ids import SpaceName
from guardian.spaces.account_proof import ProofResult
from guardian.spaces.outcomes import Rejected, Unavailable
from guardian.spaces.port import Account
from tests.contracts.schemas.github import validate_history

BACK = "https://guardian.example/sign-in/github/back"
VERIFIER = "v" * 64


@pytest.fixture
def sign_in(github: GithubEmulator) -> GithubSignIn:
    github.oauth.callbacks.append("https://guardian.example/sign-in/github")
    known = github.oauth
    return GithubSignIn(
        SignInConfig(
            name=SpaceName("github"),
            client_id=known.client_id,
            client_secret=known.client_secret,
            oauth_url=github.url,
            api_url=github.url,
        )
    )


async def agreed(address: str, login: str) -> dict[str, list[str]]:
    """What GitHub sends the browser back with, once the person has pressed the button."""
    given: Any = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    async with aiohttp.ClientSession() as browser:
        page = address.partition("?")[0]
        form = {**given, "login": login, "authorize": "1"}
        async with browser.post(page, data=form, allow_redirects=False) as answer:
            return parse_qs(urlsplit(answer.headers["Location"]).query)


async def test_whoever_presses_the_button_is_known_by_the_number_that_survives_a_new_login(
    github: GithubEmulator, sign_in: GithubSignIn
) -> None:
    wren = github.register("wren")
    github.rename(wren.id, "wren-2")
    back = await agreed(sign_in.start(BACK, "the state", VERIFIER), "wren-2")
    found = await sign_in.finish(BACK, back["code"][0], VERIFIER)
    assert back["state"] == ["the state"]
    assert found == ProofResult(Account(SpaceName("github"), str(wren.id)), "wren-2")
    assert validate_history(github.history) == []


async def test_a_code_is_good_once_and_for_the_browser_that_began(
    github: GithubEmulator, sign_in: GithubSignIn
) -> None:
    github.register("wren")
    stolen = await agreed(sign_in.start(BACK, "s", VERIFIER), "wren")
    assert isinstance(await sign_in.finish(BACK, stolen["code"][0], "another" * 8), Rejected)
    back = await agreed(sign_in.start(BACK, "s", VERIFIER), "wren")
    assert isinstance(await sign_in.finish(BACK, back["code"][0], VERIFIER), ProofResult)
    assert isinstance(await sign_in.finish(BACK, back["code"][0], VERIFIER), Rejected)


async def test_a_github_that_does_not_answer_is_no_refusal(github: GithubEmulator, sign_in: GithubSignIn) -> None:
    await github.stop()
    assert isinstance(await sign_in.finish(BACK, "code", VERIFIER), Unavailable)
