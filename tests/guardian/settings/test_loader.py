"""Reading the configuration: every fault is named at once, in the file's own terms, and no secret is taken from it."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.assembly.spaces import connect
from guardian.errors import Misconfigured
from guardian.presets import load_shipped
from guardian.settings.loader import config_path, read_modes, read_settings
from guardian.settings.mail import InboxKind
from guardian.settings.models import Settings
from guardian.settings.spaces import DiscordSettings, ForumSettings, GithubSettings
from guardian.settings.toml_table import mode_switched
from guardian.spaces.account_proof import AccountProof
from guardian.spaces.registry import Mode
from tests.fakes.clock import FrozenClock

SECRETS = (
    "discord-token",
    "forum-key",
    "forum-webhook",
    "github-key.pem",
    "github-webhook",
    "mail-password",
    "mailbox-password",
)
SMALL = """
[service]
community = "Example"
[spaces.discord]
token_file = "secrets/discord-token"
guild_id = "42"
"""
_GITHUB = """
[spaces.github]
organization = "example"
app_id = 1
installation_id = 1
private_key_file = "secrets/github-key.pem"
"""


def installed(folder: Path, text: str = SMALL) -> Path:
    """A configuration file with every secret file beside it."""
    (folder / "secrets").mkdir(exist_ok=True)
    for name in SECRETS:
        path = folder / "secrets" / name
        path.write_text(f"the secret of {name}\n", encoding="utf-8")
        path.chmod(0o600)
    file = folder / "guardian.toml"
    file.write_text(text, encoding="utf-8")
    return file


def read(folder: Path, text: str = SMALL, environment: Mapping[str, str] | None = None) -> Settings:
    return read_settings(installed(folder, text), environment or {})


def faults(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(Misconfigured) as caught:
        read(folder, text)
    return caught.value.faults


def test_the_sample_that_we_ship_is_whole(tmp_path: Path) -> None:
    settings = read(tmp_path, load_shipped("guardian.toml"))
    assert [type(space) for space in settings.spaces] == [DiscordSettings, ForumSettings, GithubSettings]
    assert settings.mail is not None
    assert settings.mail.password == "the secret of mail-password"


def test_a_space_is_only_looked_at_until_the_file_says_otherwise(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert [space.mode for space in settings.spaces] == [Mode.OBSERVE]


def test_what_the_file_does_not_say_is_as_the_sample_says(tmp_path: Path) -> None:
    small, sample = read(tmp_path), read(tmp_path, load_shipped("guardian.toml"))
    assert small.reconciler == sample.reconciler
    assert small.policy == sample.policy
    here, there = small.spaces[0], sample.spaces[0]
    assert isinstance(here, DiscordSettings)
    assert isinstance(there, DiscordSettings)
    assert here.call_ceiling == there.call_ceiling == timedelta(seconds=20)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    text = """
    [service]
    comunity = "Example"
    listen = "somewhere"
    policy = "djanggo"
    [spaces.discord]
    mode = "punish"
    token_file = "secrets/no-such-file"
    guild_id = "the server"
    [spaces.forum]
    url = "forum.example.org"
    api_username = "guardian"
    api_key_file = "secrets/forum-key"
    call_ceiling = "soon"
    [reconcilr]
    """
    found = "\n".join(faults(tmp_path, text))
    for named in (
        "service.comunity: there is no such key; did you mean community?",
        "service.community: is missing",
        "service.listen: 'somewhere' is not an address with a port",
        "service.policy: 'djanggo' is neither a preset (chipy, contributor-covenant, django, small) nor a policy file",
        "spaces.discord.mode: 'punish' is not one of: observe, enforce",
        "spaces.discord.token_file:",
        "spaces.discord.guild_id: 'the server' is not a server's id",
        "spaces.forum.url: 'forum.example.org' is not an address",
        "spaces.forum.call_ceiling: 'soon' is not a duration",
        "reconcilr: there is no such key; did you mean reconciler?",
    ):
        assert named in found


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = installed(tmp_path)
    (tmp_path / "secrets" / "discord-token").chmod(0o640)
    with pytest.raises(Misconfigured, match=r"others than its owner may read .*run chmod 600"):
        read_settings(file, {})


def test_a_secret_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = installed(tmp_path)
    (tmp_path / "secrets" / "discord-token").unlink()
    with pytest.raises(Misconfigured, match=r"token_file: .*cannot be read: No such file"):
        read_settings(file, {})


def test_a_secret_written_into_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    text = SMALL.replace('token_file = "secrets/discord-token"', 'token = "abc.def"')
    (found,) = [fault for fault in faults(tmp_path, text) if "spaces.discord.token:" in fault]
    assert "set token_file" in found
    assert "abc.def" not in found


def test_the_settings_do_not_show_a_secret(tmp_path: Path) -> None:
    assert "the secret of" not in repr(read(tmp_path, load_shipped("guardian.toml")))


def test_a_database_address_with_a_password_comes_from_a_secret_file(tmp_path: Path) -> None:
    text = SMALL.replace("[spaces", 'database = "postgresql://guardian:hunter2@db/guardian"\n[spaces', 1)
    (found,) = faults(tmp_path, text)
    assert "database_address_file" in found
    assert "hunter2" not in found


def test_the_environment_names_paths(tmp_path: Path) -> None:
    environment = {"GUARDIAN_DATA": "/srv/g", "GUARDIAN_KEY_RING": "/k/ring", "GUARDIAN_MASTER_KEY": "/m/key"}
    settings = read(tmp_path, SMALL, environment)
    assert settings.database == "sqlite:////srv/g/guardian.sqlite"
    assert (settings.key_ring, settings.master_key) == (Path("/k/ring"), Path("/m/key"))
    assert config_path({"GUARDIAN_CONFIG": "/etc/guardian.toml"}) == Path("/etc/guardian.toml")


def test_pages_that_others_reach_need_an_address(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, SMALL.replace("[spaces", 'listen = "0.0.0.0:80"\n[spaces', 1))
    assert found.startswith("service.base_url: is missing")
    assert read(tmp_path, SMALL.replace("[spaces", 'listen = "127.0.0.1:0"\n[spaces', 1)).base_url is None


def test_no_proxy_is_believed_but_those_that_the_file_names(tmp_path: Path) -> None:
    assert read(tmp_path).trusted_proxies == ()
    named = SMALL.replace("[spaces", 'trusted_proxies = ["127.0.0.1", "2001:db8::/32"]\n[spaces', 1)
    assert read(tmp_path, named).trusted_proxies == ("127.0.0.1", "2001:db8::/32")
    (found,) = faults(tmp_path, SMALL.replace("[spaces", 'trusted_proxies = ["*"]\n[spaces', 1))
    assert found.startswith("service.trusted_proxies: ")


def test_a_second_discord_server_is_refused(tmp_path: Path) -> None:
    second = '[spaces.annex]\nkind = "discord"\ntoken_file = "secrets/discord-token"\nguild_id = "43"\n'
    (found,) = faults(tmp_path, SMALL + second)
    assert "one Discord server" in found


def test_a_file_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="Run guardian setup"):
        read_settings(tmp_path / "nowhere.toml", {})


def test_a_login_provider_of_the_forum_has_to_stand_for_a_space_of_the_file(tmp_path: Path) -> None:
    sample = load_shipped("guardian.toml").replace('github = "github" }', 'github = "gitlab" }')
    (found,) = faults(tmp_path, sample)
    assert found == "spaces.forum.providers.github: there is no space 'gitlab' in this file"


@pytest.mark.parametrize("before", ['mode = "observe" # for now', ""])
def test_switching_a_mode_changes_that_line_and_no_other(tmp_path: Path, before: str) -> None:
    forum = '[spaces.forum]\nmode = "observe"\nurl = "https://f.example"\n'
    text = f'# ours\n{forum}[spaces.discord]\n{before}\nguild_id = "42"\n'
    switched = mode_switched(text, "discord", "enforce")
    assert switched is not None
    assert switched.startswith(f'# ours\n{forum}[spaces.discord]\nmode = "enforce"')
    assert ("# for now" in switched) == ("# for now" in before)
    file = installed(tmp_path, switched)
    assert read_modes(file) == {"forum": Mode.OBSERVE, "discord": Mode.ENFORCE}


def test_the_mode_of_an_unknown_space_is_not_switched() -> None:
    assert mode_switched(SMALL, "forum", "enforce") is None


def test_a_mode_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"spaces\.discord\.mode: 'punish'"):
        read_modes(installed(tmp_path, SMALL + 'mode = "punish"\n'))


MAIL = SMALL + '[mail]\nhost = "mail.example.org"\nsender = "conduct@example.org"\n[mail.inbox]\n'
BOX = 'host = "mail.example.org"\nusername = "conduct"\npassword_file = "secrets/mailbox-password"\n'


def test_mail_that_is_handed_to_us_needs_no_mailbox(tmp_path: Path) -> None:
    settings = read(tmp_path, MAIL + 'kind = "lmtp"\naddress = "conduct@example.org"\nlisten = "127.0.0.1:2525"\n')
    assert settings.mail is not None
    assert settings.mail.inbox is not None
    assert (settings.mail.inbox.kind, settings.mail.inbox.listen.port) == (InboxKind.LMTP, 2525)


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        ('address = "conduct@example.org"\n', ["mail.inbox.host", "mail.inbox.password_file", "mail.inbox.username"]),
        (BOX + 'address = "Conduct <conduct@example.org>"\n', ["mail.inbox.address"]),
        (BOX + 'address = "conduct+x@example.org"\n', ["mail.inbox.address"]),
        (BOX + 'address = "conduct@example.org"\ndone_folder = "INBOX"\n', ["mail.inbox.folder"]),
        (BOX + 'address = "conduct@example.org"\nauthserv = "x"\n', ["mail.inbox.authserv"]),
    ],
)
def test_what_is_wrong_with_the_inbox_is_named(tmp_path: Path, lines: str, keys: list[str]) -> None:
    assert sorted(fault.split(":")[0] for fault in faults(tmp_path, MAIL + lines)) == keys


async def test_somebody_can_show_their_accounts_only_where_signing_in_is_set_up(tmp_path: Path) -> None:
    """Without a GitHub space there is nothing that Discord could vouch for."""
    signing = 'oauth_client_id = "42"\noauth_client_secret_file = "secrets/discord-token"\n'
    proofs = [await proof_of(read(tmp_path, text)) for text in (SMALL, SMALL + signing, SMALL + signing + _GITHUB)]
    assert [proof and proof.knows_linked_accounts for proof in proofs] == [None, False, True]
    assert "spaces.discord.oauth_client_secret_file" in " ".join(faults(tmp_path, SMALL + signing.splitlines()[0]))


async def proof_of(settings: Settings) -> AccountProof | None:
    """How people sign in with Discord there."""
    return connect(settings.spaces[0], FrozenClock(), 1.0).proof
