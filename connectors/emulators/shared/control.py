"""The door for other processes: read an emulator's state and history, set faults, let a hand act.

It is no part of any platform: what passes here is never recorded, never limited and never meets a fault.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from aiohttp import web

from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.emulators.shared.server import EmulatedServer

ControlAction = Callable[..., Any]

HEADER = "X-Control-Token"


class Declined(Exception):
    """The platform itself will not let this person or hand do that now; the text says why."""


def add_control(server: EmulatedServer[Any], token: str, actions: Mapping[str, ControlAction]) -> None:
    """Let `/_control/{state,history,faults,clear,act}` answer to whoever shows the token.

    `acts` names what people and hands can do; each is called with the JSON object `arguments` as keywords and may be a
    coroutine function. A declined act answers 409, a wrong name or argument 400, both as `{"error": text}`.
    """
    handlers = _ControlHandlers(server, token, actions)
    server.app.router.add_route("GET", "/_control/state", handlers.state)
    server.app.router.add_route("GET", "/_control/history", handlers.history)
    server.app.router.add_route("POST", "/_control/faults", handlers.faults)
    server.app.router.add_route("POST", "/_control/clear", handlers.clear)
    server.app.router.add_route("POST", "/_control/act", handlers.act)


def call_action(action: ControlAction, arguments: Mapping[str, Any]) -> Any:
    """Return what the act answers; arguments that are not its own raise ValueError before anything is done."""
    try:
        inspect.signature(action).bind(**arguments)
    except TypeError as problem:
        raise ValueError(str(problem)) from problem
    return action(**arguments)


def to_json(value: Any) -> Any:
    """Return the value as JSON can carry it: data classes as objects, instants as ISO 8601, sets as sorted lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in fields(value) if not f.name.startswith("_")}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, set | frozenset):
        return sorted((to_json(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


class _ControlHandlers:
    def __init__(self, server: EmulatedServer[Any], token: str, acts: Mapping[str, ControlAction]) -> None:
        self._server, self._token, self._actions = server, token, acts

    def _check_token(self, request: web.Request) -> None:
        if not compare_digest(request.headers.get(HEADER, "").encode(), self._token.encode()):
            raise web.HTTPForbidden(text='{"error": "the control token is missing or wrong"}')

    async def state(self, request: web.Request) -> web.Response:
        self._check_token(request)
        return web.json_response(to_json(self._server.state))

    async def history(self, request: web.Request) -> web.Response:
        """Everything after the number given as `after` (0: all)."""
        self._check_token(request)
        after = int(request.query.get("after", "0"))
        history = self._server.history
        return web.json_response(
            {
                "exchanges": [to_json(e) for e in history.exchanges if e.number > after],
                "changes": [to_json(c) for c in history.changes if c.number > after],
            }
        )

    async def faults(self, request: web.Request) -> web.Response:
        self._check_token(request)
        try:
            body = await request.json()
            self._server.set_fault(Fault(**{**body, "kind": FaultKind(body["kind"])}))
        except (KeyError, TypeError, ValueError) as problem:
            return _error(400, problem)
        return web.json_response({"standing": to_json(self._server.faults.active)})

    async def clear(self, request: web.Request) -> web.Response:
        """No fault stands any more: of the `kind` named, else of any."""
        self._check_token(request)
        body = await request.json() if request.can_read_body else {}
        try:
            self._server.faults.clear(FaultKind(body["kind"]) if body.get("kind") else None)
        except ValueError as problem:
            return _error(400, problem)
        return web.json_response({"standing": to_json(self._server.faults.active)})

    async def act(self, request: web.Request) -> web.Response:
        self._check_token(request)
        try:
            body = await request.json()
            result = call_action(self._actions[body["name"]], body.get("arguments", {}))
            return web.json_response({"result": to_json(await result if inspect.isawaitable(result) else result)})
        except Declined as problem:
            return _error(409, problem)
        except (LookupError, TypeError, ValueError) as problem:
            return _error(400, problem)


def _error(status: int, problem: Exception) -> web.Response:
    return web.json_response({"error": f"{type(problem).__name__}: {problem}"}, status=status)
