"""Writes the configuration of an installation whose spaces are the emulated ones: the file, its secrets, nothing else."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from guardian.sandbox.community import DISCORD, FORUM, GITHUB
from guardian.sandbox.world import FORUM_WEBHOOK_SECRET, GROUP_ADDRESS, GROUP_MAIL_PASSWORD, World

FILE: Final = "guardian.toml"
COMMUNITY: Final = "Orchard"


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """What may differ between one sandbox and another; `manual` are spaces without a connector, with who works them."""

    policy: str = "django"
    listen: str = "127.0.0.1:0"
    resync_every: str = "7d"
    link_refresh_every: str = "90d"
    rounds_every: str = "7d"
    retry_least: str = "5s"
    retry_share: float = 0.25
    retry_most: str = "15m"
    call_ceiling: str = "10s"
    mail_every: str | None = None
    forum_inbox_every: str = "7d"
    github_inbox_every: str = "7d"
    manual: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def write_config(folder: Path, world: World, options: SandboxOptions | None = None) -> Path:
    """Write a configuration file in `enforce` mode into the folder, and beside it each secret in a file of its own."""
    options = options or SandboxOptions()
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700, exist_ok=True)
    for name, text in _secret_files(world).items():
        _write_secret(secrets / name, text)
    path = folder / FILE
    path.write_text(
        _encode_toml({**_config_sections(world, options), **_mail_sections(world, options)}), encoding="utf-8"
    )
    return path


_LOOPBACK: Final = "127.0.0.1"
"""Under which address the pages of a sandbox are opened."""


def _secret_files(world: World) -> Mapping[str, str]:
    return {
        "discord-token": world.discord.token,
        "discord-oauth": world.discord.oauth.client_secret,
        "forum-key": world.forum.api_key,
        "forum-hook": FORUM_WEBHOOK_SECRET,
        "forum-connect": world.forum.connect.share_secret(_LOOPBACK),
        "github-key.pem": world.github.private_key_pem,
        "github-hook": world.github.webhook_secret,
        "github-oauth": world.github.oauth.client_secret,
        "mailbox": GROUP_MAIL_PASSWORD,
    }


def _config_sections(world: World, options: SandboxOptions) -> Mapping[str, Mapping[str, object]]:
    every = {"mode": "enforce", "call_ceiling": options.call_ceiling}
    return {
        "service": {
            "community": COMMUNITY,
            "listen": options.listen,
            "data": "data",
            "policy": options.policy,
            # Nobody here has a passkey, and the stories are about what members do once they are in.
            "second_factor": False,
        },
        "reconciler": {
            "sweep_every": options.resync_every,
            "relink_every": options.link_refresh_every,
            "rounds_every": options.rounds_every,
            "retry_least": options.retry_least,
            "retry_share": options.retry_share,
            "retry_most": options.retry_most,
        },
        f"spaces.{DISCORD}": {
            **every,
            "token_file": "secrets/discord-token",
            "guild_id": world.discord.guild_id,
            "api_url": world.discord.api_url,
            "gateway_url": world.discord.gateway_url,
            "oauth_client_id": world.discord.oauth.client_id,
            "oauth_client_secret_file": "secrets/discord-oauth",
            "oauth_url": world.discord.origin,
        },
        f"spaces.{FORUM}": {
            **every,
            "url": world.forum.url,
            "api_key_file": "secrets/forum-key",
            "api_username": world.forum.api_username,
            "webhook_secret_file": "secrets/forum-hook",
            "connect_secret_file": "secrets/forum-connect",
            "inbox_every": options.forum_inbox_every,
        },
        f"spaces.{GITHUB}": {
            **every,
            "organization": world.github.organization,
            "app_id": world.github.app_id,
            "installation_id": world.github.installation_id,
            "private_key_file": "secrets/github-key.pem",
            "api_url": world.github.url,
            "webhook_secret_file": "secrets/github-hook",
            "inbox_every": options.github_inbox_every,
            "oauth_client_id": world.github.oauth.client_id,
            "oauth_client_secret_file": "secrets/github-oauth",
            "oauth_url": world.github.url,
        },
        **{
            f"spaces.{name}": {"kind": "manual", "mode": "enforce", "administrators": list(people)}
            for name, people in options.manual.items()
        },
    }


def _mail_sections(world: World, options: SandboxOptions) -> Mapping[str, Mapping[str, object]]:
    """Mail, where it is wished for: members are then reached by it as well when Discord is down."""
    if options.mail_every is None:
        return {}
    return {
        "mail": {"host": "127.0.0.1", "port": world.mail.smtp_port, "tls": "none", "sender": GROUP_ADDRESS},
        "mail.inbox": {
            "address": GROUP_ADDRESS,
            "authserv_id": world.mail.mail_store.hostname,
            "every": options.mail_every,
            "host": "127.0.0.1",
            "port": world.mail.imap_port,
            "tls": "none",
            "username": GROUP_ADDRESS,
            "password_file": "secrets/mailbox",
        },
    }


def _encode_toml(sections: Mapping[str, Mapping[str, object]]) -> str:
    """The sections as TOML; a JSON text or number is one of TOML as well."""
    lines = ["# Written by the sandbox: the spaces named here are emulated ones on this machine."]
    for name, entries in sections.items():
        lines += ["", f"[{name}]", *(f"{key} = {json.dumps(entry)}" for key, entry in entries.items())]
    return "\n".join(lines) + "\n"


def _write_secret(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
