"""What the mail servers must let us do, and what does not work without it. Nothing beside it is asked for."""

from typing import Final

from guardian.spaces.requirements import Requirement, RequirementKind

SENDING: Final = Requirement(
    kind=RequirementKind.LOGIN,
    label="a mail server that takes our mail as the configured sender",
    api_name="mail",
    purpose="telling people outside the spaces, and members when Discord is down",
    impact="People outside the spaces get no mail from the service.",
    remedy="See whether its address, its TLS mode, and our user name and password are right.",
)
READING: Final = Requirement(
    kind=RequirementKind.LOGIN,
    label="a mailbox that we may read, and folders that we may move its mail to",
    api_name="mail.inbox",
    purpose="taking in reports and answers by mail",
    impact="Reports and answers by mail stay unread.",
    remedy="See whether host, port, TLS mode, user name, password and folders of [mail.inbox] are right.",
)

REQUIREMENTS: Final = (SENDING, READING)
"""Everything that people must give, where they want mail at all."""
