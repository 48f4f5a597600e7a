"""Passkeys: a second factor, shown once in each session before identities, evidence and acts.

The first passkey of a member is taken in a session that a link or an account has opened; from then on no session goes
without. A private key never leaves its device. Read `prove_session` first. Policy: P-9.8.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor

from guardian.cases.access import require_permission
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PasskeyId, SessionId, new_id
from guardian.journal import Entry, by_member
from guardian.people.passkeys import Passkey
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext, ReadView
from guardian.services.sign_in.sessions import set_proven

_LONGEST_RESPONSE: Final = 20_000
_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class PasskeyChallenge:
    """What a browser is asked: `options` is the JSON that its own functions take, `challenge` what it has to sign."""

    challenge: bytes
    options: str


@dataclass(frozen=True, slots=True)
class PasskeyLine:
    """A passkey as its member is shown it."""

    id: PasskeyId
    name: str
    added_at: datetime


async def list_passkeys(app: AppContext, by: MemberId) -> tuple[PasskeyLine, ...]:
    """Return the member's own passkeys, oldest first."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.SIGN_IN)
        return tuple(PasskeyLine(each.id, each.name, each.added_at) for each in await view.passkeys.passkeys_of(by))


async def ask_for_new_passkey(app: AppContext, member: MemberId) -> PasskeyChallenge:
    """Return what a browser is asked so that it makes a new passkey for this member."""
    async with app.units_of_work.read() as view:
        known = await view.passkeys.passkeys_of(member)
        found = await view.people.member(member)
    options = generate_registration_options(
        rp_id=_host(app),
        rp_name=app.community,
        # Neither an address nor an id of ours: a device shows it, and whoever holds the device reads it.
        user_name=found.name if found else "",
        exclude_credentials=[PublicKeyCredentialDescriptor(each.credential) for each in known],
    )
    return PasskeyChallenge(options.challenge, options_to_json(options))


async def add_passkey(
    app: AppContext, by: MemberId, session: SessionId, challenge: bytes, response: str, name: str
) -> str:
    """Add the passkey that the browser has made; the session counts as proven from then on.

    Refused in a session that is not proven once the member has a passkey: whoever has only a link adds none.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SIGN_IN)
        if await uow.passkeys.passkeys_of(by) and not await _is_proven(uow, by, session):
            raise Refused("not_proven", "Show one of your passkeys first, then add another.", "P-9.8")
        try:
            made = verify_registration_response(
                credential=response[:_LONGEST_RESPONSE],
                expected_challenge=challenge,
                expected_rp_id=_host(app),
                expected_origin=_origin(app),
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise _not_taken() from error
        passkey = Passkey(
            id=PasskeyId(new_id()),
            member=by,
            credential=made.credential_id,
            public_key=made.credential_public_key,
            name=name.strip()[:_LONGEST_NAME] or "Passkey",
            uses=made.sign_count,
            added_at=app.system_time(),
        )
        await uow.passkeys.add_passkey(passkey)
        await set_proven(app, uow, by, session)
        uow.journal.note(_entry("passkey.was_added", by, passkey.id))
    return "The passkey is kept. From now on you show it once in each session."


async def ask_for_passkey(app: AppContext, member: MemberId) -> PasskeyChallenge:
    """Return what a browser is asked so that it shows one of this member's passkeys."""
    async with app.units_of_work.read() as view:
        known = await view.passkeys.passkeys_of(member)
    allowed = [PublicKeyCredentialDescriptor(each.credential) for each in known]
    options = generate_authentication_options(rp_id=_host(app), allow_credentials=allowed)
    return PasskeyChallenge(options.challenge, options_to_json(options))


async def prove_session(app: AppContext, by: MemberId, session: SessionId, challenge: bytes, response: str) -> None:
    """Prove the session by one of the member's own passkeys; Refused for any other answer."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SIGN_IN)
        try:
            shown = parse_authentication_credential_json(response[:_LONGEST_RESPONSE])
            passkey = _of_credential(await uow.passkeys.passkeys_of(by), shown.raw_id)
            verified = verify_authentication_response(
                credential=shown,
                expected_challenge=challenge,
                expected_rp_id=_host(app),
                expected_origin=_origin(app),
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.uses,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise _not_taken() from error
        await uow.passkeys.save_uses(replace(passkey, uses=verified.new_sign_count))
        await set_proven(app, uow, by, session)
        uow.journal.note(_entry("session.was_proven", by, passkey.id))


async def remove_passkey(app: AppContext, by: MemberId, session: SessionId, passkey: PasskeyId) -> str:
    """Remove one of the member's own passkeys, in a proven session; the last one stays, since the next would be anybody's."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SIGN_IN)
        own = {each.id for each in await uow.passkeys.passkeys_of(by)}
        if passkey not in own:
            raise NotFound
        if not await _is_proven(uow, by, session):
            raise Refused("not_proven", "Show one of your passkeys first.", "P-9.8")
        if len(own) == 1:
            raise Refused("last_passkey", "This is your last passkey. Add another before you remove it.", "P-9.8")
        await uow.passkeys.remove_passkey(passkey)
        uow.journal.note(_entry("passkey.was_removed", by, passkey))
    return "The passkey is removed: it opens nothing any more."


def _of_credential(passkeys: tuple[Passkey, ...], credential: bytes) -> Passkey:
    return {each.credential: each for each in passkeys}[credential]


async def _is_proven(view: ReadView, by: MemberId, session: SessionId) -> bool:
    own = {each.id: each for each in await view.sign_ins.sessions_of(by)}
    return session in own and own[session].proven_at is not None


def _entry(act: str, by: MemberId, passkey: PasskeyId) -> Entry:
    return Entry(act=act, by=by_member(by), authority="P-9.8", about={"passkey": passkey})


def _not_taken() -> Refused:
    sentence = "This passkey was not taken. Try once more; if it goes on, use another device or another passkey."
    return Refused("passkey_not_taken", sentence, "P-9.8")


def _host(app: AppContext) -> str:
    return urlsplit(app.base_url).hostname or ""


def _origin(app: AppContext) -> str:
    parts = urlsplit(app.base_url)
    return f"{parts.scheme}://{parts.netloc}"
