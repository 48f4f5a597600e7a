"""The application over REST: itself, its commands, answers to interactions and their follow-ups, gateway addresses."""

from collections.abc import Callable

from connectors.discord.emulator import shapes
from connectors.discord.emulator.asking import Asking, DiscordCall, Route, body_of, flag, uploads_of
from connectors.discord.emulator.commands import registered
from connectors.discord.emulator.community import By, Community
from connectors.discord.emulator.interactions import Interactions
from connectors.discord.emulator.refusals import Refusal
from connectors.emulation.server import Answer


class ApplicationRest(Asking):
    """Answers below /applications, /oauth2, /interactions, /webhooks and /gateway."""

    def __init__(self, community: Community, interactions: Interactions, gateway_url: Callable[[], str]) -> None:
        super().__init__(community)
        self._interactions, self._gateway_url = interactions, gateway_url

    def routes(self) -> list[Route]:
        """Every operation of the application."""
        commands, guild_commands = "/applications/{application_id}/commands", "/applications/{application_id}/guilds"
        guild_commands += "/{guild_id}/commands"
        token = "/webhooks/{application_id}/{token}"
        message = f"{token}/messages/{{message_id}}"
        return [
            Route("GET", "/oauth2/applications/@me", "application.get", self.application),
            Route("GET", "/applications/@me", "application.get", self.application),
            Route("GET", "/gateway", "gateway.get", self.gateway),
            Route("GET", "/gateway/bot", "gateway.bot", self.gateway),
            Route("GET", commands, "command.list", self.commands),
            Route("PUT", commands, "command.put", self.put_commands),
            Route("GET", guild_commands, "command.list_guild", self.commands),
            Route("PUT", guild_commands, "command.put_guild", self.put_commands),
            Route("POST", "/interactions/{id}/{token}/callback", "interaction.callback", self.callback),
            Route("POST", token, "followup.post", self.follow_up),
            Route("GET", message, "original.get", self.get_message),
            Route("PATCH", message, "original.patch", self.patch_message),
            Route("DELETE", message, "original.delete", self.delete_message),
        ]

    def application(self, call: DiscordCall) -> Answer:
        """The bot's own application."""
        return Answer(200, shapes.application(call.state))

    def gateway(self, call: DiscordCall) -> Answer:
        """Where the gateway listens; for a bot also how many connections it may begin."""
        url = {"url": self._gateway_url()}
        if call.exchange.operation == "gateway.get":
            return Answer(200, url)
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return Answer(200, url | {"shards": 1, "session_start_limit": limit})

    # -- commands

    def commands(self, call: DiscordCall) -> Answer:
        """The commands of the guild, or those of everywhere."""
        self._own(call)
        return Answer(200, call.state.commands.get(call.params.get("guild_id", ""), []))

    def put_commands(self, call: DiscordCall) -> Answer:
        """The list given is the whole list now."""
        self._own(call)
        if not isinstance(call.body, list):
            raise Refusal(400, 50109)
        guild_id = call.params.get("guild_id")
        before = [c["name"] for c in self.state.commands.get(guild_id or "", [])]
        kept = registered(self.state, call.body, guild_id, self.community.now())
        by = By(self.state.bot_id, None, call.exchange)
        self.community.changed("command", guild_id or "global", before, [c["name"] for c in kept], by)
        return Answer(200, kept)

    def _own(self, call: DiscordCall) -> None:
        if call.params["application_id"] != self.state.application_id:
            raise Refusal(403, 50001)
        if call.params.get("guild_id", self.state.guild_id) != self.state.guild_id:
            raise Refusal(404, 10004)
        if "guild_id" in call.params and "applications.commands" not in self.state.scopes:
            raise Refusal(403, 50001)

    # -- interactions

    def callback(self, call: DiscordCall) -> Answer:
        """The one answer to an interaction."""
        shown = self._interactions.answered(
            call.params["id"], call.params["token"], body_of(call), uploads_of(call), call.exchange
        )
        return Answer(200, shown) if flag(call, "with_response") else Answer(204)

    def follow_up(self, call: DiscordCall) -> Answer:
        """A further message of the interaction."""
        self._own_webhook(call)
        shown = self._interactions.follow_up(call.params["token"], body_of(call), uploads_of(call), call.exchange)
        return Answer(200, shown)

    def get_message(self, call: DiscordCall) -> Answer:
        """A message of the interaction."""
        self._own_webhook(call)
        message = self._interactions.find(call.params["token"], call.params["message_id"])
        return Answer(200, self.community.shown(message))

    def patch_message(self, call: DiscordCall) -> Answer:
        """A message of the interaction reads as the body says."""
        self._own_webhook(call)
        shown = self._interactions.edited(
            call.params["token"], call.params["message_id"], body_of(call), uploads_of(call), call.exchange
        )
        return Answer(200, shown)

    def delete_message(self, call: DiscordCall) -> Answer:
        """A message of the interaction is gone."""
        self._own_webhook(call)
        self._interactions.deleted(call.params["token"], call.params["message_id"], call.exchange)
        return Answer(204)

    def _own_webhook(self, call: DiscordCall) -> None:
        if call.params["application_id"] != self.state.application_id:
            raise Refusal(404, 10015)
