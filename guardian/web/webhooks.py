"""Takes signed webhook events: verified, counted once, and then only a hint which accounts to observe.

Nothing is believed. Read `webhook_route` first.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guardian.errors import Refused
from guardian.logs import logger
from guardian.spaces.webhooks import WebhookEvent, WebhookVerifier
from guardian.web.forms import Malformed, read_body

LARGEST_EVENT: Final = 5_000_000

OnWebhookEvent = Callable[[WebhookEvent], Awaitable[object]]
"""Takes a verified event in; one that came before, by its id or by its body, changes nothing."""

log = logger("web")


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What tells by the space's name whether an event is the space's own, and what takes it in."""

    verifiers: Mapping[str, WebhookVerifier]
    on_event: OnWebhookEvent


def webhook_route(webhooks: Webhooks) -> Route:
    """Return the address of each space that sends events; any other is not there."""

    async def take(request: Request) -> Response:
        verifier = webhooks.verifiers.get(request.path_params["space"])
        if verifier is None:
            return _answer("There is no such door.", 404)
        try:
            webhook_event = verifier.verify(dict(request.headers), await read_body(request, LARGEST_EVENT))
        except Malformed:
            return _answer("This event is too large.", 413)
        except Refused as refusal:
            log.warning("webhook.refused", space=verifier.space, code=refusal.code)
            return _answer(refusal.sentence, 401 if refusal.code == "signature" else 400)
        await webhooks.on_event(webhook_event)
        return _answer("Received.", 200)

    return Route("/hooks/{space}", take, methods=["POST"])


def _answer(sentence: str, status: int) -> Response:
    return JSONResponse({"answer": sentence}, status)
