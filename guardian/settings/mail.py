"""The tables of mail: the server that takes ours, and where the group's own mail comes in. Read `read_mail` first."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StrictBool, ValidationInfo

from guardian.settings.toml_table import (
    Count,
    Duration,
    FilePath,
    Listen,
    ListenAddress,
    Seconds,
    Secret,
    TableReader,
    Text,
    matching,
)


class MailTls(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class InboxKind(StrEnum):
    """How the group's mail comes in: it is fetched, or handed to us by a mail server."""

    IMAP = "imap"
    LMTP = "lmtp"
    SMTP = "smtp"


_PORTS: Final = {MailTls.TLS: 993, MailTls.STARTTLS: 143, MailTls.NONE: 143}
PLAIN_ADDRESS: Final = matching(
    r'(?=[!-~]+$)[^<>",;:()+]+@[^<>",;:()+@]+', "is not one plain mail address without a + in it"
)
"""The kind of a text that is one address, and nothing else."""

_PLAIN_FOLDER: Final = matching(r"[ -~]+", "has letters in it that are not plain ones; name the folder without them")
_USUAL_LISTEN: Final = Listen("127.0.0.1", 2424)


def _no_other(folder: str, info: ValidationInfo) -> str:
    if folder in {info.data.get("done_folder"), info.data.get("aside_folder")}:
        raise ValueError("mail that was read cannot go to the folder that it is read from")
    return folder


def _there(path: Path) -> Path:
    if not path.is_file():
        raise ValueError(f"{path} is not there")
    return path


Folder = Annotated[Text, _PLAIN_FOLDER]
CaFile = Annotated[FilePath, AfterValidator(_there)]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxSettings:
    """Where the group's own mail comes in: a mailbox that we read, or a listener of ours that our mail server delivers to.

    `authserv_id`: the name under which that server says whom it has recognised; None: nobody is, unless it says so without
    a name (`nameless_results`), or takes no mail whose sender it has not checked (`all_checked`). `answer_unproved`: an
    address that nothing vouches for is answered as well.
    """

    kind: InboxKind = InboxKind.IMAP
    address: Annotated[Text, PLAIN_ADDRESS, Field(examples=["conduct@example.org"])]
    authserv_id: Text | None = None
    nameless_results: StrictBool = False
    all_checked: StrictBool = False
    answer_unproved: StrictBool = False
    every: Seconds = timedelta(minutes=1)
    host: Text = ""
    tls: MailTls = MailTls.TLS
    port: Annotated[Count, Field(default_factory=lambda known: _PORTS[known["tls"]])]
    ca_file: CaFile | None = None
    username: Text = ""
    password: Annotated[Secret, Field(alias="password_file")] = field(default="", repr=False)
    done_folder: Folder = "Guardian"
    aside_folder: Folder = "Guardian-automatic"
    folder: Annotated[Folder, AfterValidator(_no_other), Field(validate_default=True)] = "INBOX"
    call_ceiling: Duration = timedelta(seconds=30)
    listen: ListenAddress = _USUAL_LISTEN


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSettings(InboxSettings):
    """A mailbox that we read, so that we have to sign in there."""

    host: Annotated[Text, Field(examples=["mail.example.org"])]
    username: Annotated[Text, Field(examples=["conduct"])]
    password: Annotated[Secret, Field(alias="password_file")] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """The mail server that takes our mail."""

    host: Annotated[Text, Field(examples=["mail.example.org"])]
    port: Count = 587
    sender: Annotated[Text, Field(examples=["conduct@example.org"])]
    username: Text | None = None
    password: Annotated[Secret | None, Field(alias="password_file")] = field(default=None, repr=False)
    tls: MailTls = MailTls.STARTTLS
    ca_file: CaFile | None = None
    call_ceiling: Duration = timedelta(seconds=30)
    inbox: InboxSettings | None = None


def read_mail(reader: TableReader, body: object) -> MailSettings | None:
    """Read `[mail]` with its inbox, where it has one."""
    inbox = None
    if isinstance(body, dict) and "inbox" in body:
        said = body["inbox"]
        handed = isinstance(said, dict) and said.get("kind") in (InboxKind.LMTP, InboxKind.SMTP)
        inbox = reader.read(InboxSettings if handed else MailboxSettings, "mail.inbox", said)
    return reader.read(MailSettings, "mail", body, inbox=inbox)
