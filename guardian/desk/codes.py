"""One-time codes for terminals: a command about people acts as a named member, who proves it by a code sent to them.

The shell's owner is nobody here. Codes end by the machine's time, and only their digest is kept. Policy: P-1.5.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from guardian.cases.receipts import digest_of
from guardian.desk.desk import Desk
from guardian.desk.who import member_called
from guardian.errors import Refused
from guardian.ids import MemberId, NoticeId, new_id, new_secret
from guardian.journal import OPERATOR, Entry, by_member
from guardian.notices.values import Notice, NoticeKind, Recipient, RecipientKind
from guardian.notices.wording import worded_code
from guardian.people.values import Member
from guardian.spaces.outcomes import Already, Done, Outcome
from guardian.spaces.port import Message

CODE_LASTS: Final = timedelta(minutes=15)
_CODE_LENGTH: Final = 11


class Post(Protocol):
    """What takes a mail."""

    async def send(self, to: str, subject: str, text: str, message_id: str) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Challenge:
    """A code that was sent: to whom, by which way, and until when (wire time) it is taken."""

    member: MemberId
    way: str
    digest: str
    until: datetime
