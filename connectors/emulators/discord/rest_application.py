"""The application over REST: itself, its commands, answers to interactions and their follow-ups, gateway addresses."""

from collections.abc import Callable

from connectors.emulators.discord import shapes
from connectors.emulators.discord.commands import register_commands
from connectors.emulators.discord.community import Actor, Community
from connectors.emulators.discord.interactions import Interactions
from connectors.emulators.discord.refusals import Refusal
from connectors.emulators.discord.requests import DiscordCall, RestHandlers, Route, list_uploads, parse_body, parse_flag
from connectors.emulators.shared.server import Response


class ApplicationHandlers(RestHandlers):
    """Answers below /applications, /oauth2, /interactions, /webhooks and /gateway."""

    def __init__(self, community: Community, interactions: Interactions, gateway_url: Callable[[], str]) -> None:
        super().__init__(community)
        self._interactions, self._gateway_url = interactions, gateway_url

    def routes(self) -> list[Route]:
        """Return every operation of the application."""
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

    def application(self, call: DiscordCall) -> Response:
        """Return the bot's own application."""
        return Response(200, shapes.application(call.state))

    def gateway(self, call: DiscordCall) -> Response:
        """Return where the gateway listens; for a bot also how many connections it may begin."""
        url = {"url": self._gateway_url()}
        if call.exchange.operation == "gateway.get":
            return Response(200, url)
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return Response(200, url | {"shards": 1, "session_start_limit": limit})

    # -- commands

    def commands(self, call: DiscordCall) -> Response:
        """Return the commands of the guild, or those of everywhere."""
        self._require_own_application(call)
        return Response(200, call.state.commands.get(call.params.get("guild_id", ""), []))

    def put_commands(self, call: DiscordCall) -> Response:
        """Make the list given the whole list."""
        self._require_own_application(call)
        if not isinstance(call.body, list):
            raise Refusal(400, 50109)
        guild_id = call.params.get("guild_id")
        before = [c["name"] for c in self.state.commands.get(guild_id or "", [])]
        kept = register_commands(self.state, call.body, guild_id, self.community.now())
        by = Actor(self.state.bot_id, None, call.exchange)
        self.community.record_change("command", guild_id or "global", before, [c["name"] for c in kept], by)
        return Response(200, kept)

    def _require_own_application(self, call: DiscordCall) -> None:
        if call.params["application_id"] != self.state.application_id:
            raise Refusal(403, 50001)
        if call.params.get("guild_id", self.state.guild_id) != self.state.guild_id:
            raise Refusal(404, 10004)
        if "guild_id" in call.params and "applications.commands" not in self.state.scopes:
            raise Refusal(403, 50001)

    # -- interactions

    def callback(self, call: DiscordCall) -> Response:
        """Take the one answer to an interaction."""
        shown = self._interactions.answer(
            call.params["id"], call.params["token"], parse_body(call), list_uploads(call), call.exchange
        )
        return Response(200, shown) if parse_flag(call, "with_response") else Response(204)

    def follow_up(self, call: DiscordCall) -> Response:
        """Post a further message of the interaction."""
        self._require_own_webhook(call)
        shown = self._interactions.follow_up(call.params["token"], parse_body(call), list_uploads(call), call.exchange)
        return Response(200, shown)

    def get_message(self, call: DiscordCall) -> Response:
        """Return a message of the interaction."""
        self._require_own_webhook(call)
        message = self._interactions.find(call.params["token"], call.params["message_id"])
        return Response(200, self.community.to_json(message))

    def patch_message(self, call: DiscordCall) -> Response:
        """Edit a message of the interaction as the body says."""
        self._require_own_webhook(call)
        shown = self._interactions.edit(
            call.params["token"], call.params["message_id"], parse_body(call), list_uploads(call), call.exchange
        )
        return Response(200, shown)

    def delete_message(self, call: DiscordCall) -> Response:
        """Delete a message of the interaction."""
        self._require_own_webhook(call)
        self._interactions.delete(call.params["token"], call.params["message_id"], call.exchange)
        return Response(204)

    def _require_own_webhook(self, call: DiscordCall) -> None:
        if call.params["application_id"] != self.state.application_id:
            raise Refusal(404, 10015)
