"""Who somebody of the sandbox is and what they can do now, in words. Read `describe_person` first."""

from dataclasses import dataclass

from guardian.sandbox.checks import messages_to
from guardian.sandbox.community import Human
from guardian.sandbox.open_sandbox import OpenSandbox


@dataclass(frozen=True, slots=True)
class PersonHere:
    """One person: how they stand on each platform in a few words, and whether it keeps them out."""

    human: Human
    discord: str
    forum: str
    github: str
    mail: str
    is_restricted: bool


def describe_person(sandbox: OpenSandbox, human: Human) -> PersonHere:
    """Return how the person stands everywhere at this moment."""
    world = sandbox.world
    return PersonHere(
        human=human,
        discord=_on_discord(sandbox, human),
        forum=_in_forum(sandbox, human),
        github=_on_github(sandbox, human),
        mail=_count(len(world.mail.mails(human.mail)), "mail", "mails"),
        is_restricted=bool(world.spaces_shut_out_of(human)),
    )


def _on_discord(sandbox: OpenSandbox, human: Human) -> str:
    state, now = sandbox.world.discord.state, sandbox.time.now()
    messages = _count(len(messages_to(sandbox.world, human)), "direct message", "direct messages")
    if human.discord in state.bans:
        return f"banned; {messages}"
    if human.discord not in state.members:
        return f"not in the server, and may join; {messages}"
    return f"timed out; {messages}" if state.is_timed_out(human.discord, now) else f"in the server; {messages}"


def _in_forum(sandbox: OpenSandbox, human: Human) -> str:
    user, now = sandbox.world.forum.state.users.get(int(human.forum)), sandbox.time.now()
    if user is None:
        return "no account any more"
    if user.is_suspended(now):
        return "suspended"
    rank = "moderator" if user.moderator else "member"
    return f"{rank}, silenced" if user.is_silenced(now) else rank


def _on_github(sandbox: OpenSandbox, human: Human) -> str:
    state, now = sandbox.world.github.state, sandbox.time.now()
    account = state.accounts[int(human.github)]
    if state.is_blocked(account, now):
        return "blocked by the organisation"
    if account.id in state.members:
        return "owner" if str(state.members[account.id]) == "admin" else "member of the organisation"
    return "invited to the organisation" if state.invitation_of(account, now) else "has an account"


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
