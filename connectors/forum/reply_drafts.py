"""What a conversation is to be answered, gathered while it is read. Read `ReplyDraft` first."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class ReplyDraft:
    """What is to be said in one conversation: each thing once, in the order in which it came up.

    `to_command`: it answers a member's command, which is said also where we only look. `alone`: what its reporter is
    told where nobody else reads it, by the number of the post that it answers.
    """

    parts: dict[str, None] = field(default_factory=dict)
    to_command: bool = False
    alone: dict[int, str] = field(default_factory=dict)

    def add(self, text: str) -> None:
        """Make the text part of the answer, unless there is none."""
        if text:
            self.parts[text] = None

    def add_for(self, number: int, text: str, *, alone: bool) -> None:
        """Answer the post of that number by its reporter, who is told alone where others read along."""
        if alone and text:
            self.alone[number] = text
        elif text:
            self.add(text)

    @property
    def text(self) -> str:
        """The answer as it is written."""
        return "\n\n".join(self.parts)
