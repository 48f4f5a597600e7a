"""The identity key: apart from the rest, for few, each look on record, and nothing of a hidden case in it."""

import pytest

from guardian.errors import NotFound, Refused
from guardian.services.records.case_document import DocumentReader, read_document, write_document
from guardian.services.records.identity_key import add_known_name, list_identities, read_identity
from tests.builders.community import A_REPORTER, AMARA, BRUNO, Community
from tests.builders.journey import a_journey, a_warning


async def test_an_identity_says_who_and_every_look_is_shown_and_on_record(community: Community) -> None:
    """P-9.2, P-9.8"""
    journey = await a_journey(community)
    await add_known_name(community.app, AMARA, journey.code_name, journey.person_code, "Sam Example")
    seen = await read_identity(community.app, AMARA, journey.person_code)
    assert (seen.names, [each.handle for each in seen.accounts]) == (("Sam Example",), ["grumbler"])
    assert [look.member for look in seen.looks] == ["Amara Okafor"]
    assert "identity.was_read" in await community.journal_acts()


@pytest.mark.harm("identity-seen-by-all")
async def test_the_identity_key_is_not_every_members_to_read(community: Community) -> None:
    """P-9.2"""
    journey = await a_journey(community)
    for use in (list_identities(community.app, BRUNO), read_identity(community.app, BRUNO, journey.person_code)):
        with pytest.raises(Refused):
            await use


@pytest.mark.harm("identity-seen-by-all")
async def test_the_key_has_nobody_of_a_case_that_is_kept_from_its_reader(community: Community) -> None:
    """P-4.2"""
    _, person = await community.a_named_case(named_members=(AMARA,))
    assert (await list_identities(community.app, AMARA)).lines == ()
    with pytest.raises(NotFound):
        await read_identity(community.app, AMARA, person)


async def test_the_key_counts_violations_found_and_not_reports(community: Community) -> None:
    """P-2.9, P-9.2"""
    journey = await a_journey(community)
    (before,) = (await list_identities(community.app, AMARA)).lines
    await journey.enact(a_warning())
    (after,) = (await list_identities(community.app, AMARA)).lines
    assert (before.cases, before.violations, after.violations, after.highest.value) == (1, 0, 1, "Warning")


@pytest.mark.harm("document-names-the-reporter")
async def test_the_boards_copy_has_nothing_by_which_the_reporter_could_be_known(community: Community) -> None:
    """P-2.6, P-9.3"""
    journey = await a_journey(community, reporter=A_REPORTER, reporter_handle="mara-lin")
    await journey.enact(a_warning(summary="Insulted mara-lin in public."))
    full = write_document(await read_document(community.app, AMARA, journey.code_name, DocumentReader.GROUP))
    copy = write_document(await read_document(community.app, AMARA, journey.code_name, DocumentReader.BOARD))
    assert "again and again" in full
    assert "warning" in full
    assert "warning" in copy
    for words in ("again and again", "mara-lin", A_REPORTER.native_id, "grumbler"):
        assert words not in copy.replace("\\", "")


async def test_a_document_has_every_part_and_says_where_nothing_happened(community: Community) -> None:
    """P-9.3"""
    journey = await a_journey(community)
    document = await read_document(community.app, BRUNO, journey.code_name, DocumentReader.GROUP)
    assert [section.title for section in document.sections] == [
        "The case",
        "What was reported",
        "Summary: behaviour apart from impact",
        "Scope",
        "Discussion",
        "Proposed modifications and consequences",
        "Decisions",
        "With the moderators",
        "With the reported person",
        "Sent to the reporter",
    ]
    assert "Nothing is on record." in write_document(document)
