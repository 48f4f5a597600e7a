"""End what opens anything for somebody who leaves: sessions, sign-in links, passkeys, and their word on tasks.

Their seats end what is asked at each use: commands, buttons, notices. What is kept for later ends here, so that it does not
work again if they are seated anew. Read `end_access` first. Policy: P-1.2.
"""

from dataclasses import replace

from guardian.ids import MemberId
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.rota.turns import leave_rota
from rules.worklist import oldest_standing


async def end_access(app: AppContext, uow: UnitOfWork, member: MemberId) -> None:
    """End every session, link, passkey, claim and calendar of the member inside the unit of work."""
    now = app.system_time()
    for session in await uow.sign_ins.sessions_of(member):
        if session.is_open(now):
            await uow.sign_ins.save_session(replace(session, ended_at=now))
    await uow.sign_ins.delete_links_of(member)
    for passkey in await uow.passkeys.passkeys_of(member):
        await uow.passkeys.remove_passkey(passkey.id)
    await leave_rota(uow, member)
    for claim in await uow.task_claims.standing_claims(oldest_standing(uow.now, app.policy)):
        if claim.member == member:
            await uow.task_claims.save_claim(replace(claim, ended_at=uow.now))
