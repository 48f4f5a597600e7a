"""Discord as one of its people sees it: the channel, the private messages with the bot, commands, forms, and who is there.

Everything is done by `DiscordPerson`: what the app does not let this person do is declined. Read `DiscordPages` first.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.emulators.discord.client_screen import Screen, Shown
from connectors.emulators.discord.people import MESSAGE_MENU, USER_MENU, DiscordPerson
from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.state import PRIVATE_CHANNEL
from connectors.emulators.shared.control import Declined
from guardian.sandbox.community import Human
from guardian.sandbox.pages.discord_forms import (
    OfferedCommand,
    fill_examples,
    list_offered,
    read_modal,
    read_options,
)
from guardian.sandbox.pages.site import ROOT, SandboxSite
from guardian.web.forms import Form

_ANSWER_SECONDS = 30.0
_SECTION = "discord"


class DiscordPages:
    """The pages of the emulated Discord."""

    def __init__(self, site: SandboxSite) -> None:
        self._site = site
        self._discord = site.sandbox.world.discord

    def routes(self) -> list[Route]:
        """Return the pages, and where their forms are sent."""
        page, act = self._site.page, self._site.act
        return [
            page("/discord", self.show_channel),
            page("/discord/direct", self.show_direct_messages),
            page("/discord/commands", self.list_commands),
            page("/discord/commands/{name}", self.show_command),
            page("/discord/forms/{screen}", self.show_form),
            page("/discord/people", self.show_people),
            act("/discord/write", self.write),
            act("/discord/menu", self.choose_in_menu),
            act("/discord/press", self.press),
            act("/discord/choose", self.choose),
            act("/discord/commands", self.give_command),
            act("/discord/forms", self.submit),
            act("/discord/people", self.act_on_person),
        ]

    # -- looking

    async def show_channel(self, request: Request, human: Human) -> Response:
        """Show the channel with what was written there, and what this person alone is shown."""
        channel = request.query_params.get("channel") or self._discord.state.general_id
        person = self._person(human).in_channel(channel)
        try:
            messages = person.read_channel()
        except Declined as refusal:
            return await self._show_outside(human, refusal)
        shown = self._discord.state.channels.get(channel)
        return await self._render("channel.html", human, messages=messages, channel=shown, **self._menus(human))

    async def show_direct_messages(self, _: Request, human: Human) -> Response:
        """Show what this person and the bot have written to each other."""
        messages = self._person(human).in_dm().read_channel()
        return await self._render("channel.html", human, messages=messages, channel=None, **self._menus(human))

    async def list_commands(self, _: Request, human: Human) -> Response:
        """Show the commands that the app offers this person."""
        return await self._render("commands.html", human, commands=self._offered(human))

    async def show_command(self, request: Request, human: Human) -> Response:
        """Show the options of a command as a form; what the address says stands in it already."""
        command = self._find_command(human, request.path_params["name"])
        return await self._render("command.html", human, command=command, given=request.query_params)

    async def show_form(self, request: Request, human: Human) -> Response:
        """Show the form that the service has opened for this person."""
        screen = self._person(human).find_screen(request.path_params["screen"])
        if screen.modal is None:
            raise Declined("this form is not open any more")
        examples = fill_examples(screen.modal)
        return await self._render("modal.html", human, modal=screen.modal, screen=screen, examples=examples)

    async def show_people(self, _: Request, human: Human) -> Response:
        """Show who is in the server, who is banned or timed out, and what this person may do about it."""
        state, now = self._discord.state, self._site.sandbox.time.now()
        may = {each.name: state.has_permission(human.discord, each, now) for each in Permission}
        menu = self._person(human).list_menu(USER_MENU)
        return await self._render("members.html", human, state=state, may=may, menu=menu)

    async def _show_outside(self, human: Human, refusal: Declined) -> Response:
        """The platform shows nothing of the server to whoever is not in it."""
        if human.discord in self._discord.state.bans:
            self._site.sandbox.shut_out_looks.add(human.key)
        return await self._render("outside.html", human, status=403, sentence=str(refusal))

    # -- acting

    async def write(self, human: Human, form: Form) -> str:
        """Write a message: in the channel, or to the bot in private."""
        files = [(each.name, each.content) for each in form.files]
        if form.one("channel"):
            self._discord.say(human.discord, form.one("channel"), form.one("text"))
            return f"{self._base(human)}?channel={form.one('channel')}#newest"
        await self._person(human).send_dm(form.one("text"), files)
        return f"{self._base(human)}/direct#newest"

    async def choose_in_menu(self, human: Human, form: Form) -> str:
        """Choose an entry in the menu of a message, or of a person."""
        person = self._person(human)
        if form.one("message"):
            screen = await person.message_menu(form.one("entry"), form.one("message"))
        else:
            screen = await person.user_menu(form.one("entry"), form.one("user"))
        return await self._see(human, screen)

    async def press(self, human: Human, form: Form) -> str:
        """Press a button that stands in a message."""
        shown = self._find_message(human, form.one("message"))
        return await self._see(human, await self._person(human).press(shown, form.one("button")))

    async def choose(self, human: Human, form: Form) -> str:
        """Choose in a menu that stands in a message."""
        shown = self._find_message(human, form.one("message"))
        return await self._see(
            human, await self._person(human).choose(shown, form.one("menu"), list(form.all("values")))
        )

    async def give_command(self, human: Human, form: Form) -> str:
        """Give a command with its options."""
        command = self._find_command(human, form.one("command"))
        screen = await self._person(human).command(command.name, **read_options(command, form))
        return await self._see(human, screen)

    async def submit(self, human: Human, form: Form) -> str:
        """Send the form that the service has opened."""
        screen = self._person(human).find_screen(form.one("screen"))
        if screen.modal is None:
            raise Declined("this form is not open any more")
        return await self._see(human, await self._person(human).submit(screen, read_modal(screen.modal, form)))

    async def act_on_person(self, human: Human, form: Form) -> str:
        """Do what the app's own menus offer: join, leave, and what moderators do by hand."""
        discord, user, reason = self._discord, form.one("user"), form.one("reason") or None
        until = self._site.sandbox.time.now() + timedelta(hours=1)
        match form.one("act"):
            case "join":
                discord.rejoin(human.discord)
            case "leave":
                discord.leave(human.discord)
            case "ban":
                discord.ban_by_hand(human.discord, user, reason)
            case "unban":
                discord.unban_by_hand(human.discord, user, reason)
            case "kick":
                discord.kick_by_hand(human.discord, user, reason)
            case "timeout":
                discord.timeout_by_hand(human.discord, user, until, reason)
            case "end-timeout":
                discord.timeout_by_hand(human.discord, user, None, reason)
            case other:
                raise Declined(f"there is no {other!r} in the menu")
        return f"{self._base(human)}/people"

    # -- inside

    async def _see(self, human: Human, screen: Screen) -> str:
        """Return where the answer is seen: the form that it opens, or the messages with the newest below."""
        await screen.wait_until_settled(_ANSWER_SECONDS)
        if screen.failed:
            raise Declined("The application did not respond")
        if screen.modal is not None:
            return f"{self._base(human)}/forms/{screen.interaction_id}"
        channel = self._discord.state.channels[screen.channel_id]
        if channel.type == PRIVATE_CHANNEL:
            return f"{self._base(human)}/direct#newest"
        return f"{self._base(human)}?channel={channel.id}#newest"

    def _menus(self, human: Human) -> dict[str, Any]:
        """What stands in the menus of messages, for whoever is in the server."""
        person = self._person(human)
        state, now = self._discord.state, self._site.sandbox.time.now()
        may_write = state.has_permission(human.discord, Permission.SEND_MESSAGES, now)
        return {"menu": person.list_menu(MESSAGE_MENU), "state": state, "may_write": may_write}

    def _find_message(self, human: Human, message: str) -> Shown:
        state, person = self._discord.state, self._person(human)
        if message not in state.messages:
            raise Declined("this message is gone")
        channel = state.channels[state.messages[message].channel_id]
        place = person.in_dm() if channel.type == PRIVATE_CHANNEL else person.in_channel(channel.id)
        for each in place.read_channel():
            if each.id == message:
                return each
        raise Declined("this account sees no such message")

    def _offered(self, human: Human) -> tuple[OfferedCommand, ...]:
        return list_offered(self._person(human).list_commands())

    def _find_command(self, human: Human, name: str) -> OfferedCommand:
        for each in self._offered(human):
            if each.name == name:
                return each
        raise Declined(f"there is no command /{name} here")

    def _person(self, human: Human) -> DiscordPerson:
        return self._discord.person(human.discord)

    def _base(self, human: Human) -> str:
        return f"{ROOT}/as/{human.key}/{_SECTION}"

    async def _render(self, template: str, human: Human, *, status: int = 200, **facts: Any) -> Response:
        channels = [each for each in self._discord.state.channels.values() if each.recipient_id is None]
        facts = {"base": self._base(human), "channels": channels, **facts}
        return await self._site.render(f"discord/{template}", human, _SECTION, status=status, **facts)


def command_address(human: Human, name: str, /, **options: str) -> str:
    """Return the address of a command's form, filled in as far as the options go."""
    given = "&".join(f"{key}={quote(value)}" for key, value in options.items())
    return f"{ROOT}/as/{human.key}/{_SECTION}/commands/{name}" + (f"?{given}" if given else "")
