"""Signing in with the forum: whose account it is stands in an answer that the forum signed, for the browser that began."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import aiohttp
import pytest

from connectors.emulators.forum.server import ForumEmulator
from connectors.forum.sign_in import ForumSignIn, SignInConfig
from guardian.ids import SpaceName
from guardian.spaces.account_proof import ProofResult
from guardian.spaces.outcomes import Rejected
from guardian.spaces.port import Account

BACK = "https://guardian.example/sign-in/forum/back"
VERIFIER = "v" * 64
SECRET = "a secret of the two of us"


@pytest.fixture
def sign_in(forum: ForumEmulator) -> ForumSignIn:
    forum.connect.secrets["guardian.example"] = SECRET
    return ForumSignIn(SignInConfig(SpaceName("forum"), forum.url, SECRET))


async def came_back(address: str, login: str) -> dict[str, str]:
    """What the forum sends the browser back with, once somebody has signed in there."""
    asked: Any = dict(parse_qsl(urlsplit(address).query))
    page = address.partition("/session/")[0] + "/session/sso_login"
    async with (
        aiohttp.ClientSession() as browser,
        browser.post(page, data={**asked, "login": login}, allow_redirects=False) as answer,
    ):
        assert answer.status == 302, await answer.text()
        assert answer.headers["Location"].startswith(BACK)
        return {name: each[0] for name, each in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def forged(payload: bytes, secret: str = SECRET) -> str:
    """A code with that payload, signed with the secret."""
    encoded = base64.b64encode(payload).decode()
    return f"{encoded}.{hmac.new(secret.encode(), encoded.encode(), hashlib.sha256).hexdigest()}"


def of_nonce(**said: str) -> bytes:
    return urlencode({"nonce": hashlib.sha256(VERIFIER.encode()).hexdigest(), **said}).encode()


async def test_whoever_is_signed_in_there_is_known_by_the_number_that_survives_a_new_name(
    forum: ForumEmulator, sign_in: ForumSignIn
) -> None:
    wren = forum.add_user("wren")
    back = await came_back(sign_in.start(BACK, "the state", VERIFIER), "wren")
    found = await sign_in.finish(BACK, f"{back['sso']}.{back['sig']}", VERIFIER)
    assert back["state"] == "the state"
    assert found == ProofResult(Account(SpaceName("forum"), str(wren.id)), "wren")
    assert isinstance(await sign_in.finish(BACK, f"{back['sso']}.{back['sig']}", "another" * 8), Rejected)


@pytest.mark.harm("forum-sign-in-forged")
@pytest.mark.parametrize(
    "code",
    [
        lambda: forged(of_nonce(external_id="1", username="system"), "another secret"),
        lambda: forged(urlencode({"nonce": "0" * 64, "external_id": "1", "username": "system"}).encode()),
        lambda: forged(of_nonce(external_id="1", username="x", failed="true")),
        lambda: forged(of_nonce(external_id="1", username="x") + b"&external_id=2"),
        lambda: forged(of_nonce(external_id="٣", username="x")),
        lambda: forged(of_nonce(username="x")),
        lambda: forged(b"\xff\xfe"),
        lambda: f"%%%.{hmac.new(SECRET.encode(), b'%%%', hashlib.sha256).hexdigest()}",
        lambda: ".",
    ],
)
async def test_what_the_forum_did_not_say_for_this_browser_shows_no_account(
    sign_in: ForumSignIn, code: Callable[[], str]
) -> None:
    assert isinstance(await sign_in.finish(BACK, code(), VERIFIER), Rejected)


async def test_the_forum_sends_nobody_to_an_address_that_it_has_no_secret_for(
    forum: ForumEmulator, sign_in: ForumSignIn
) -> None:
    """The emulator obeys what Discourse does, so that a fault of ours is seen before a real forum refuses it."""
    address = sign_in.start("https://elsewhere.example/back", "s", VERIFIER)
    async with aiohttp.ClientSession() as browser:
        async with browser.get(address) as refused:
            assert refused.status == 400
        async with browser.get(sign_in.start(BACK, "s", VERIFIER).replace("sig=", "sig=0")) as unsigned:
            assert unsigned.status == 422
