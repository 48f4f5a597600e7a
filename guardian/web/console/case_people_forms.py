"""Whom a case is about: name somebody, link their accounts, say that two are one or that they are two.

An account is named in two steps: what the words mean in their space is shown first, then that very account is kept.
"""

from typing import Final

from guardian.errors import Refused
from guardian.ids import AccountId, SpaceName
from guardian.people.models import Trust
from guardian.services.identity.disputes import keep_link
from guardian.services.identity.linking import confirm_link, identify_reported_person, propose_link
from guardian.services.identity.merging import confirm_merge, merge_people, split_people
from guardian.services.identity.ownership_codes import issue_code
from guardian.services.identity.self_disclosure import request_disclosure
from guardian.services.identity.unlinking import unlink_by_id
from guardian.services.parties.handed_receipts import HandedReceipt, issue_for_affected, issue_for_reported
from guardian.spaces.account_text import text_of_id
from guardian.web.console.case_forms import CaseForm, SentForm

_HAND_OVER: Final = (
    "Please hand this over in person, or by a way that is safe for them, and keep no copy: it is shown this once. It opens "
    "this case alone."
)


async def _keep(sent: SentForm) -> str:
    """Keep the very account that was shown: of the person of the case who was chosen, or as somebody it is about."""
    space, account = SpaceName(sent.text("look-space")), text_of_id(sent.text("found-id"))
    person = sent.text("look-for")
    if person:
        return await _link(sent, person, space, account)
    code_name = await identify_reported_person(sent.app, sent.by, sent.case, space, account)
    return f"This person is called {code_name} from now on."


async def _link(sent: SentForm, person: str, space: SpaceName, account: str) -> str:
    made = await propose_link(sent.app, sent.by, person, space, account, sent.text("look-evidence"))
    if made.trust is not Trust.ASSERTED:
        return f"{made.handle} in {made.space} is linked to {made.person}."
    return (
        f"Noted for {made.person}: {made.handle} in {made.space}. It changes nothing until a second member has read the "
        "evidence here and agrees."
    )


async def _confirm_link(sent: SentForm) -> None:
    await confirm_link(sent.app, sent.by, AccountId(sent.ids["link"]))


async def _keep_link(sent: SentForm) -> None:
    await keep_link(sent.app, sent.by, AccountId(sent.ids["link"]))


async def _undo_link(sent: SentForm) -> None:
    link = AccountId(sent.ids["link"])
    await unlink_by_id(sent.app, sent.by, link, sent.text(f"undo-{link}"))


async def _merge(sent: SentForm) -> None:
    one = sent.ids["person"]
    await merge_people(sent.app, sent.by, one, sent.text(f"merge-{one}"), sent.text(f"merge-evidence-{one}"))


async def _confirm_merge(sent: SentForm) -> None:
    await confirm_merge(sent.app, sent.by, sent.ids["merge"])


async def _split(sent: SentForm) -> str:
    one, other = sent.ids["person"], sent.ids["other"]
    made = await split_people(sent.app, sent.by, one, other, sent.text(f"split-{one}-{other}"))
    return f"{made.kept} and {made.other} are two again. Each keeps what is theirs, and nothing else."


async def _issue_code(sent: SentForm) -> str:
    person = sent.ids["person"]
    space = SpaceName(sent.text(f"code-space-{person}"))
    made = await issue_code(sent.app, sent.by, person, space, sent.text(f"code-{person}"))
    return (
        f"Give this code to {made.person}, and to nobody else; it is shown this once: {made.code}\n\n"
        "They send it, alone, as a private message to the service: once from an account that is known to be theirs, and "
        "once from the other. It is good for seven days."
    )


async def _ask_accounts(sent: SentForm) -> None:
    await request_disclosure(sent.app, sent.by, sent.ids["person"])


async def _give_receipt_to_person(sent: SentForm) -> str:
    return _told(await issue_for_reported(sent.app, sent.by, sent.case, sent.ids["person"]))


async def _give_receipt(sent: SentForm) -> str:
    if not sent.is_ticked("receipt-sure"):
        raise Refused("not_sure", "Please tick that you will hand it over yourself.", "P-2.6")
    return _told(await issue_for_affected(sent.app, sent.by, sent.case, sent.text("receipt-who")))


def _told(handed: HandedReceipt) -> str:
    return f"{_HAND_OVER}\n\nReceipt: {handed.receipt}\n\nPage: {handed.page}"


PEOPLE_FORMS: Final = (
    CaseForm(path="/accounts/keep", act=_keep, beside="look-account", beside_by_code={"no_evidence": "look-evidence"}),
    CaseForm(
        path="/people/{person}/merge",
        act=_merge,
        said="Noted. It changes nothing until a second member agrees here.",
        beside="merge-evidence-{person}",
        beside_by_code={"same_person": "merge-{person}"},
    ),
    CaseForm(path="/people/{person}/split/{other}", act=_split, beside="split-{person}-{other}"),
    CaseForm(path="/people/{person}/code", act=_issue_code, beside="code-{person}"),
    CaseForm(
        path="/people/{person}/ask-accounts",
        act=_ask_accounts,
        said="They are asked, in a fixed text, to show which accounts are theirs. They need not.",
    ),
    CaseForm(path="/people/{person}/receipt", act=_give_receipt_to_person),
    CaseForm(path="/receipt", act=_give_receipt, beside="receipt-who", beside_by_code={"not_sure": "receipt-sure"}),
    CaseForm(path="/links/{link}/confirm", act=_confirm_link, said="The link is confirmed."),
    CaseForm(path="/links/{link}/keep", act=_keep_link, said="The link stays."),
    CaseForm(
        path="/links/{link}/undo",
        act=_undo_link,
        beside="undo-{link}",
        said="The link is undone, and the account is let go now. Its owner gets an apology.",
    ),
    CaseForm(path="/merges/{merge}/confirm", act=_confirm_merge, said="The two count as one."),
)
