"""The texts to people outside begin in the language of whom they go to, with every part of a letter in its place. P-5.5"""

from guardian.cases.case import PartyRole
from guardian.cases.drafts import GAP, DraftKind
from guardian.services.cases.choices import read_choices
from tests.builders.community import AMARA, Community
from tests.builders.journey import Journey, a_journey, a_suspension


async def _opening(journey: Journey, kind: DraftKind, to: PartyRole) -> str:
    choices = await read_choices(journey.community.app, AMARA, journey.code_name)
    return next(each.text for each in choices.openings if (each.kind, each.to) == (kind, to))


async def test_a_letter_begins_with_its_parts_in_the_language_of_the_person(community: Community) -> None:
    """P-5.5"""
    journey = await a_journey(community)
    async with community.units_of_work.begin() as uow:
        await uow.people.keep_language(journey.person, "de")
    text = await _opening(journey, DraftKind.DECISION, PartyRole.REPORTED)
    for part in ("Worum es geht:", "Was von Ihnen erwartet wird:"):
        assert part in text
    assert text.count(GAP) == 3
    await journey.agree(a_suspension(summary="Beleidigungen im Hilfekanal."))
    text = await _opening(journey, DraftKind.DECISION, PartyRole.REPORTED)
    assert "Beleidigungen im Hilfekanal." in text
    assert "Was von Ihnen erwartet wird:" in text


async def test_an_answer_to_a_reporter_begins_in_their_language(community: Community) -> None:
    """P-2.1, P-5.5"""
    journey = await a_journey(community, locale="fr")
    assert "merci de nous avoir écrit" in await _opening(journey, DraftKind.ANSWER, PartyRole.REPORTER)
