"""The language in which a party is written to: kept with their report, or with them, and used for every later letter.

Read `keep_language` first.
"""

from dataclasses import replace

from guardian.cases.receipts import Receipt, digest_receipt
from guardian.notices.translations import kept_language
from guardian.services.context import AppContext, UnitOfWork


async def keep_language(app: AppContext, receipt: str, language: str, *, chosen: bool) -> str:
    """Keep the language with whoever holds the receipt, and return the one that is kept.

    One that they did not choose takes the place of none.
    """
    async with app.units_of_work.begin() as uow:
        found = await uow.cases.receipt(digest_receipt(receipt))
        known = kept_language(await _known_locale(uow, found)) if found else None
        if known is not None and (known == language or not chosen):
            return known
        if found is not None:
            await _save(uow, found, language)
    return language


async def _known_locale(uow: UnitOfWork, receipt: Receipt) -> str:
    if receipt.report is not None:
        report = await uow.cases.report(receipt.report)
        return report.locale if report else ""
    person = await uow.people.person(receipt.person) if receipt.person is not None else None
    return person.language if person else ""


async def _save(uow: UnitOfWork, receipt: Receipt, language: str) -> None:
    if receipt.report is not None:
        report = await uow.cases.report(receipt.report)
        if report is not None:
            await uow.cases.save_report(replace(report, locale=language))
    elif receipt.person is not None:
        await uow.people.keep_language(receipt.person, language)
