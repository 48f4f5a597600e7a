"""Everybody outside the group: whoever reports, and whoever was reported. They have Discord, the forum and a browser."""

from collections.abc import Sequence
from typing import Final

from connectors.emulators.discord.client_screen import Screen
from guardian.sandbox.browser import RECEIPT, Browser, Page
from guardian.sandbox.checks import forum_messages_to, messages_to
from guardian.sandbox.community import Human
from guardian.sandbox.working_group import WorkingGroup
from guardian.sandbox.world import World

REPORT_MENU: Final = "Report conduct"


class Reporters:
    """What people do who have no role here."""

    def __init__(self, world: World, group: WorkingGroup) -> None:
        self._world, self._group = world, group

    # -- reporting

    async def report(self, by: Human, what: str, who: str, *, concerns: Sequence[str] = ()) -> str:
        """Make a report by /report on Discord, and return its receipt; `concerns` are names picked from its list."""
        form = await self._group.command(by, "report")
        return await self._submit_report(by, form, what, who, concerns)

    async def report_message_from_menu(self, by: Human, message: str, what: str, who: str) -> str:
        """Report a message from its own menu, and return the report's receipt."""
        self._group.narrate(by, f"chooses “{REPORT_MENU}” in the menu of a message")
        form = await self._world.discord.person(by.discord).message_menu(REPORT_MENU, message)
        return await self._submit_report(by, form, what, who, ())

    async def report_on_page(self, what: str, who: str, *, concerns: Sequence[str] = ()) -> str:
        """Make a report on the report page, without any account, and return its receipt."""
        async with self._open_browser() as browser:
            page = await browser.open("/report")
            form = page.find_form("Send the report")
            ticked = [value for value, label in form.choices.get("names_members", ()) if label in concerns]
            return (
                await browser.send(page, form, {"what_happened": what, "who": who, "names_members": ticked})
            ).find_receipt()

    async def follow_up(self, receipt: str) -> Page:
        """Return what the reporter reads behind their receipt."""
        async with self._open_browser() as browser:
            return await browser.open_with_receipt(await browser.open("/follow-up"), receipt)

    async def add_words(self, by: Human, receipt: str, text: str) -> Page:
        """Open the page behind the receipt, and add to the report."""
        async with self._open_browser() as browser:
            page = await browser.open_with_receipt(await browser.open("/follow-up"), receipt)
            self._group.narrate(by, "writes something on the follow-up page")
            return await browser.send(page, page.find_form("Send", ["text"]), {"text": text})

    async def make_request(self, by: Human, receipt: str, button: str) -> Page:
        """Open the page behind the receipt and press the button."""
        async with self._open_browser() as browser:
            page = await browser.open_with_receipt(await browser.open("/follow-up"), receipt)
            self._group.narrate(by, f"presses [{button}] on the follow-up page")
            return await browser.send(page, page.find_form(button), {}, button)

    async def ask_for_another_look(self, by: Human, receipt: str, why: str) -> Page:
        """Open the page behind the receipt, and ask for the decision to be looked at again."""
        async with self._open_browser() as browser:
            page = await browser.open_with_receipt(await browser.open("/follow-up"), receipt)
            self._group.narrate(by, "asks on the follow-up page for another look at the decision")
            return await browser.send(page, page.find_form("Ask for another look"), {"why": why})

    async def ask_for_data(self, by: Human, receipt: str, *, door: str) -> Page:
        """Open the page behind the receipt, and ask for a copy of what is kept of them."""
        async with self._open_browser() as browser:
            page = await browser.open_with_receipt(await browser.open(door), receipt)
            self._group.narrate(by, "asks on their page for a copy of what is kept of them")
            return await browser.send(page, page.find_form("Send the request"), {"kind": "access"})

    # -- signed in with GitHub

    async def own_reports(self, who: Human) -> Page:
        """Return what the page shows of the reports made from their GitHub account, once they have signed in there."""
        async with self._open_browser() as browser:
            return await self._sign_in(browser, who)

    async def receipt_for_newest(self, who: Human) -> str:
        """Sign them in, and ask for a receipt for the newest of those reports."""
        async with self._open_browser() as browser:
            page = await self._sign_in(browser, who)
            self._group.narrate(who, "asks for a receipt")
            return (await browser.send(page, page.find_form("Give me a receipt"), {})).find_receipt()

    async def _sign_in(self, browser: Browser, who: Human) -> Page:
        self._group.narrate(who, "signs in with GitHub on the page for reports made from an account")
        sign_in_page = await browser.open("/my-reports")
        authorize_page = await browser.open(
            next(address for address, words in sign_in_page.links if "Sign in with GitHub" in words)
        )
        login = self._world.github.state.accounts[int(who.github)].login
        back = await browser.send(authorize_page, authorize_page.find_form("Authorize"), {"login": login})
        if "You have signed in" not in back.text:
            raise LookupError(f"{who.name} could not sign in: {back.text}")
        return await browser.open("/my-reports")

    # -- heard, or sanctioned

    async def personal_page(self, who: Human, receipt: str) -> Page:
        """Return what somebody heard or sanctioned reads on their personal page."""
        async with self._open_browser() as browser:
            self._group.narrate(who, "opens the personal page with the receipt")
            return await browser.open_with_receipt(await browser.open("/personal"), receipt)

    async def submit_personal_form(self, who: Human, receipt: str, button: str, text: str) -> Page:
        """Open their personal page with the receipt and send the form that has this button."""
        async with self._open_browser() as browser:
            page = await browser.open_with_receipt(await browser.open("/personal"), receipt)
            self._group.narrate(who, f"writes on the personal page and presses [{button}]")
            return await browser.send(page, page.find_form(button), {"text": text})

    async def account_page(self, who: Human, receipt: str) -> Page:
        """Return what the owner of an account that was taken for somebody's reads of it."""
        async with self._open_browser() as browser:
            self._group.narrate(who, "opens the page about their account with the receipt")
            return await browser.open_with_receipt(await browser.open("/account"), receipt)

    async def dispute_account(self, who: Human, receipt: str, text: str) -> Page:
        """Say on that page that it is not they."""
        async with self._open_browser() as browser:
            page = await browser.open_with_receipt(await browser.open("/account"), receipt)
            self._group.narrate(who, "writes that it is not they, and presses [Send]")
            return await browser.send(page, page.find_form("Send"), {"text": text})

    def receipt_of(self, who: Human) -> str:
        """Return the newest receipt that has reached them, on Discord or on the forum."""
        texts = [*messages_to(self._world, who), *forum_messages_to(self._world, who)]
        found = [match.group() for text in texts for match in RECEIPT.finditer(text)]
        if not found:
            raise LookupError(f"no receipt has reached {who.name}: {texts}")
        return found[-1]

    def _open_browser(self) -> Browser:
        return Browser(self._group.origin())

    async def _submit_report(self, by: Human, form: Screen, what: str, who: str, concerns: Sequence[str]) -> str:
        values: dict[str, str | list[str]] = {"what": f"{what} It was {who}."}
        if concerns and form.modal is not None:
            listed = dict(form.modal.find("concerns").options)
            values["concerns"] = [listed[name] for name in concerns]
        answer = await self._group.submit(by, form, values)
        found = RECEIPT.search(answer.text)
        if found is None:
            raise LookupError(f"no receipt in the answer: {answer.text}")
        return found.group()
