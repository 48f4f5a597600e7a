"""The Board oversees what was done, and a Board member of whom a case tells reads nothing of that one. P-9.8, P-4.2"""

from datetime import timedelta

import pytest

from guardian.errors import Refused
from guardian.services.operations.history import list_history
from guardian.services.operations.oversight import take_copy
from tests.builders.community import AMARA, BRUNO, GRETA, HIROSHI, Community


@pytest.mark.harm("oversight-tells-whom-it-concerns")
async def test_the_board_reads_what_was_done_but_for_the_case_that_names_the_reader(community: Community) -> None:
    """P-4.2: the proof is over every entry, and what is left out leaves no gap."""
    named = await community.a_case(named_members=(GRETA,))
    other = await community.a_case()
    copies = {member: await take_copy(community.app, member) for member in (GRETA, HIROSHI)}
    seen = {member: {line.case for line in copy.lines} - {""} for member, copy in copies.items()}
    assert seen == {GRETA: {other.code_name}, HIROSHI: {named.code_name, other.code_name}}
    assert all(copy.is_whole for copy in copies.values())


@pytest.mark.harm("oversight-unseen")
async def test_that_the_board_took_a_copy_is_read_by_everybody_and_no_member_takes_one(community: Community) -> None:
    """P-9.8"""
    await take_copy(community.app, HIROSHI)
    community.pass_time(timedelta(minutes=1))
    lines = (await list_history(community.app, BRUNO)).lines
    assert "somebody of the Board took a copy of the journal to oversee" in [line.words for line in lines]
    with pytest.raises(Refused):
        await take_copy(community.app, AMARA)
