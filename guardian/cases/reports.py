"""What was sent in: Report, Evidence, Addition. Frozen values; texts are plain here and encrypted by the storage.

How a submission becomes one is in `submissions`. Read `Report` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from guardian.ids import CaseId, EvidenceId, MemberId, ReportId
from guardian.spaces.port import Account


class ReportChannel(StrEnum):
    """Where a report came in."""

    DISCORD_COMMAND = "discord_command"
    DISCORD_MESSAGE = "discord_message"
    DISCORD_MEMBER = "discord_member"
    DISCORD_DIRECT = "discord_direct"
    FORUM_MESSAGE = "forum_message"
    FORUM_FLAG = "forum_flag"
    GITHUB_MENTION = "github_mention"
    MAIL = "mail"
    VOICE = "voice"
    PAGE = "page"
    ESCALATION = "escalation"
    REFERRAL = "referral"
    NATIVE_ACTION = "native_action"


class Audience(StrEnum):
    """Who hears of a report first, as its reporter chose (P-2.5); it says nothing about who decides."""

    ALL = "all"
    CHOSEN = "chosen"
    CHAIRS = "chairs"


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """How a reporter is written to by mail: their address, and the secret part of the address made for them alone.

    `answers` is False where nothing may go there by itself: nothing has shown that the address is theirs.
    """

    address: str
    token: str
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What was sent in. Only `what_happened` is compulsory (P-2.2). `answers` holds the other fields by their names.

    `locale` is the language that the reporter reads in ("" for English). `csam`: suspected sexual material of minors,
    of which nothing is ever fetched or shown (P-2.7); `csam_claimed_by`: who has said so of a report whose evidence is
    shown to nobody until a second member has spoken. `verified` is False where nothing proves who sent it. `mail` is
    there where the report came by mail.
    """

    id: ReportId
    case: CaseId
    channel: ReportChannel
    received_at: datetime
    what_happened: str
    who: str = ""
    danger: bool = False
    named_members: tuple[MemberId, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    reporter: Account | None = None
    reporter_handle: str = ""
    contact_is_safe: bool | None = None
    do_not_contact: bool = False
    withdrawn_at: datetime | None = None
    locale: str = ""
    csam: bool = False
    csam_claimed_by: MemberId | None = None
    verified: bool = True
    mail: ReplyAddress | None = None


@dataclass(frozen=True, slots=True)
class Addition:
    """Something that a reporter (or a person heard) added later, or an answer of the group to them.

    `verified` is False where nothing proves that it is theirs (a mail that its server does not vouch for).
    """

    id: str
    case: CaseId
    report: ReportId | None
    at: datetime
    text: str
    from_party: bool = True
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was reported, as it stood at that moment. `content` is None where it was not fetched (`why_not` says why).

    `report` None: nobody reported it, and the member `found_by` found it themselves (P-3.3).

    `at` is when it was kept here, `written_at` when its space says that it was written.
    """

    id: EvidenceId
    case: CaseId
    report: ReportId | None
    at: datetime
    kind: str
    link: str = ""
    author: Account | None = None
    author_handle: str = ""
    text: str = ""
    file_name: str = ""
    content: bytes | None = None
    why_not: str = ""
    sha256: str = ""
    written_at: datetime | None = None
    found_by: MemberId | None = None
