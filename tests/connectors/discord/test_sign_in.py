"""Signing in with Discord shows whose an account is, and what Discord itself has checked of accounts elsewhere: no more."""

from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from connectors.discord.sign_in import DiscordSignIn, SignInConfig
from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.discord.state import Connection
from connectors.emulators.shared.faults import Fault, FaultKind
from guardian.ids import SpaceName
from guardian.spaces.account_proof import ProofResult, ProvenAccount
from guardian.spaces.outcomes import Outcome, Rejected, Unavailable
from guardian.spaces.port import Account

BACK = "https://guardian.example/sign-in/discord/back"
VERIFIER = "v" * 64
HERE, GITHUB = SpaceName("discord"), SpaceName("github")


@pytest.fixture
def sign_in(emulator: DiscordEmulator) -> DiscordSignIn:
    known = emulator.oauth
    known.redirects.append(BACK)
    return DiscordSignIn(
        SignInConfig(
            name=HERE,
            client_id=known.client_id,
            client_secret=known.client_secret,
            oauth_url=emulator.origin,
            api_url=emulator.api_url,
            connections=(("github", GITHUB),),
        )
    )


async def pressed(address: str, button: str = "authorize") -> dict[str, list[str]]:
    """What Discord sends the browser of ada's owner back with."""
    page, _, query = address.partition("?")
    given = {name: values[0] for name, values in parse_qs(query).items()}
    async with aiohttp.ClientSession() as browser:
        form = {**given, "username": "ada", "permission": button}
        async with browser.post(page, data=form, allow_redirects=False) as answer:
            return parse_qs(urlsplit(answer.headers["Location"]).query)


async def signed_in(sign_in: DiscordSignIn, *, elsewhere: bool = False) -> ProofResult | Outcome:
    back = await pressed(sign_in.start(BACK, "the state", VERIFIER, include_linked=elsewhere))
    return await sign_in.finish(BACK, back["code"][0], VERIFIER)


def asked(emulator: DiscordEmulator) -> Sequence[str]:
    return [exchange.operation for exchange in emulator.history.exchanges]


async def test_whoever_only_signs_in_shows_one_account_and_nothing_elsewhere(
    emulator: DiscordEmulator, sign_in: DiscordSignIn, ada: str
) -> None:
    emulator.state.connect(ada, Connection(kind="github", id="583231", name="octocat"))
    assert await signed_in(sign_in) == ProofResult(Account(HERE, ada), "ada", None)
    assert "connection.list" not in asked(emulator)


async def test_only_what_discord_has_checked_and_not_withdrawn_is_believed(
    emulator: DiscordEmulator, sign_in: DiscordSignIn, ada: str
) -> None:
    for connection in (
        Connection(kind="github", id="583231", name="octocat"),
        Connection(kind="github", id="1", name="claimed", verified=False),
        Connection(kind="github", id="2", name="withdrawn", revoked=True),
        Connection(kind="github", id="not-a-number", name="odd"),
        Connection(kind="reddit", id="3", name="elsewhere"),
    ):
        emulator.state.connect(ada, connection)
    found = await signed_in(sign_in, elsewhere=True)
    assert found == ProofResult(Account(HERE, ada), "ada", (ProvenAccount(Account(GITHUB, "583231"), "octocat"),))


async def test_the_token_is_given_back_and_opens_nothing_any_more(
    emulator: DiscordEmulator, sign_in: DiscordSignIn, ada: str
) -> None:
    await signed_in(sign_in, elsewhere=True)
    assert asked(emulator)[-1] == "sign_in.revoke"
    assert emulator.oauth.tokens == {}


@pytest.mark.parametrize("broken", ["me.get", "connection.list"])
async def test_the_token_is_given_back_also_where_discord_did_not_say_whose_it_is(
    emulator: DiscordEmulator, sign_in: DiscordSignIn, ada: str, broken: str
) -> None:
    emulator.set_fault(Fault(kind=FaultKind.SERVER_ERROR, operation=broken, status=502))
    assert isinstance(await signed_in(sign_in, elsewhere=True), Unavailable)
    assert emulator.oauth.tokens == {}


async def test_a_code_is_good_once_and_for_the_browser_that_began(sign_in: DiscordSignIn, ada: str) -> None:
    stolen = await pressed(sign_in.start(BACK, "s", VERIFIER))
    assert isinstance(await sign_in.finish(BACK, stolen["code"][0], "another" * 8), Rejected)
    back = await pressed(sign_in.start(BACK, "s", VERIFIER))
    assert isinstance(await sign_in.finish(BACK, back["code"][0], VERIFIER), ProofResult)
    assert isinstance(await sign_in.finish(BACK, back["code"][0], VERIFIER), Rejected)


async def test_whoever_does_not_agree_comes_back_without_a_code(sign_in: DiscordSignIn, ada: str) -> None:
    back = await pressed(sign_in.start(BACK, "s", VERIFIER), "cancel")
    assert (back["error"], back["state"], "code" in back) == (["access_denied"], ["s"], False)


async def test_a_discord_that_does_not_answer_is_no_refusal(emulator: DiscordEmulator, sign_in: DiscordSignIn) -> None:
    await emulator.stop()
    assert isinstance(await sign_in.finish(BACK, "code", VERIFIER), Unavailable)
