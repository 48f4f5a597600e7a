"""How Discord says no to a bot: JSON error codes and the tree of faults in a body."""

from dataclasses import dataclass, field
from typing import Any

from connectors.emulators.shared.server import Response

MESSAGES = {
    0: "401: Unauthorized",
    10003: "Unknown Channel",
    10004: "Unknown Guild",
    10007: "Unknown Member",
    10008: "Unknown Message",
    10011: "Unknown Role",
    10013: "Unknown User",
    10015: "Unknown Webhook",
    10026: "Unknown Ban",
    10062: "Unknown interaction",
    40005: "Request entity too large",
    40060: "Interaction has already been acknowledged.",
    50001: "Missing Access",
    50003: "Cannot execute action on a DM channel",
    50005: "Cannot edit a message authored by another user",
    50006: "Cannot send an empty message",
    50007: "Cannot send messages to this user",
    50013: "Missing Permissions",
    50027: "Invalid Webhook Token",
    50033: "Invalid Recipient(s)",
    50034: "A message provided was too old to bulk delete",
    50035: "Invalid Form Body",
    50083: "Thread is archived",
    50109: "The request body contains invalid JSON.",
    50278: "Cannot send messages to this user due to having no mutual guilds",
    500000: "Failed to ban users",
}


@dataclass(slots=True, eq=False)
class Refusal(Exception):
    """The API's answer to a request that it does not carry out."""

    status: int
    code: int
    errors: dict[str, Any] = field(default_factory=dict)

    def answer(self) -> Response:
        """Return the JSON body of the refusal."""
        body: dict[str, Any] = {"message": MESSAGES[self.code], "code": self.code}
        return Response(self.status, body | {"errors": self.errors} if self.errors else body)


@dataclass(slots=True)
class FormErrors:
    """The faults of one request body, as the tree that error 50035 carries."""

    tree: dict[str, Any] = field(default_factory=dict)

    def add(self, path: str, code: str, message: str) -> None:
        """Note that the field at this dotted path is wrong."""
        node = self.tree
        for step in path.split("."):
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def check_max_length(self, path: str, value: str | None, length: int) -> None:
        """Note a text that is too long as a fault."""
        if value is not None and len(str(value)) > length:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {length} or fewer in length.")

    def check_length(self, path: str, value: str | None, low: int, high: int) -> None:
        """Note a text that is missing, too short or too long as a fault."""
        if value is None or not low <= len(str(value)) <= high:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")

    def raise_if_faulty(self) -> None:
        """Refuse the whole body where a fault was found."""
        if self.tree:
            raise Refusal(400, 50035, self.tree)


def invalid(path: str, message: str, code: str = "BASE_TYPE_INVALID") -> Refusal:
    """Return the refusal of a body for one field."""
    form = FormErrors()
    form.add(path, code, message)
    return Refusal(400, 50035, form.tree)
