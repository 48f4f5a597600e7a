"""What GitHub does, whoever asks for it: the app, an owner's hand, or a person. A refusal is raised as `Refusal`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.emulators.github import responses
from connectors.emulators.github.messages import GithubError, MessageRules
from connectors.emulators.github.state import (
    AuditEntry,
    Block,
    GithubAccount,
    InteractionLimit,
    Invitation,
    PullCap,
    Repository,
    Role,
    Team,
)
from connectors.emulators.shared.history import Exchange


class GithubRules(MessageRules):
    """GitHub's own behaviour over its state; every change is put on record. `by` is the login of whoever acts."""

    # -- blocks

    def block(
        self, account: GithubAccount, by: str, *, until: datetime | None = None, on: Exchange | None = None
    ) -> None:
        """Block the account, which must be no member; its stars, watches and access are gone."""
        if account.id in self.state.members:
            text = "To block an organization member, first remove the member from the organization."
            raise GithubError(responses.invalid_response("OrganizationBlock", text))
        if account.type != "User":
            raise GithubError(responses.invalid_response("OrganizationBlock", "This account cannot be blocked."))
        if self.state.is_blocked(account, self.now()):
            return
        block = Block(self.now(), by, until)
        self.state.blocks[account.id] = block
        self.history.record_change("block", str(account.id), None, _block_json(block), by, on)
        self._drop_relations(account, by, on)
        self._audit("org.block_user", by, account)
        self.webhook_sender.send_event("org_block", self._renderer.block_event("blocked", account, self._sender(by)))

    def unblock(self, account: GithubAccount, by: str, *, on: Exchange | None = None) -> None:
        """Unblock the account; nothing that the block took comes back."""
        before = self.state.blocks.pop(account.id, None)
        if before is None or not before.is_active(self.now()):
            return
        self.history.record_change("block", str(account.id), _block_json(before), None, by, on)
        self._audit("org.unblock_user", by, account)
        self.webhook_sender.send_event("org_block", self._renderer.block_event("unblocked", account, self._sender(by)))

    def _drop_relations(self, account: GithubAccount, by: str, on: Exchange | None) -> None:
        access = sorted(r.name for r in self.state.repositories.values() if account.id in r.collaborators)
        lost = {"stars": sorted(account.stars), "watches": sorted(account.watches), "collaborator": access}
        account.stars.clear()
        account.watches.clear()
        for repository in self.state.repositories.values():
            repository.collaborators.discard(account.id)
        if any(lost.values()):
            self.history.record_change("relations", str(account.id), lost, None, by, on)
        if (invitation := self.state.invitation_of(account, self.now())) is not None:
            self.cancel(invitation, by, on=on)

    def limit_interactions(
        self,
        limit: InteractionLimit | None,
        by: str,
        repository: Repository | None = None,
        *,
        on: Exchange | None = None,
    ) -> None:
        """Limit who takes part in the public repositories, or in one; None opens them again.

        One of the whole organisation takes the place of those that its repositories have.
        """
        before, about = self.state.limit_at(self.now(), repository), repository.name if repository else ""
        if repository is not None:
            repository.interaction_limit = limit
        else:
            self.state.interaction_limit = limit
            for each in self.state.repositories.values() if limit else ():
                each.interaction_limit = None
        old, new = (each.limit if each else None for each in (before, limit))
        self.history.record_change("interaction_limit", about or self.state.organization, old, new, by, on)

    def cap_pulls(
        self, cap: PullCap, by: str, repository: Repository | None = None, *, on: Exchange | None = None
    ) -> None:
        """Cap the pull requests that somebody has open at a time, in every repository or in one."""
        capped = repository or self.state
        before, capped.pull_cap = capped.pull_cap, cap
        about = repository.name if repository else self.state.organization
        old, new = (f"{each.enabled} {each.most}" for each in (before, cap))
        self.history.record_change("pull_cap", about, old, new, by, on)

    # -- membership

    def remove(self, account: GithubAccount, by: str, *, on: Exchange | None = None) -> None:
        """Remove the member from the organisation and its teams; GitHub tells the account so by mail."""
        role = self.state.members.get(account.id)
        if role is None:
            raise GithubError(responses.not_found_response())
        if role is Role.OWNER and list(self.state.members.values()).count(Role.OWNER) == 1:
            raise GithubError(responses.error_response(403, "You cannot remove the last owner of the organization."))
        self._remove_member(account, by, on)
        self._mail(account, f"You have been removed from the organization {self.state.organization}.", by, on)
        self._audit("org.remove_member", by, account)

    def leave(self, account: GithubAccount) -> None:
        """Let the account leave of its own accord."""
        if account.id not in self.state.members:
            raise GithubError(responses.not_found_response())
        self._remove_member(account, account.login, None)

    def invite(
        self, account: GithubAccount, role: Role, team_ids: list[int], by: str, *, on: Exchange | None = None
    ) -> Invitation:
        """Ask the account by mail to join; it is no member until it accepts."""
        if self.state.is_blocked(account, self.now()):
            raise GithubError(
                responses.invalid_response("OrganizationInvitation", "The invitee is blocked by the organization.")
            )
        if account.id in self.state.members:
            raise GithubError(
                responses.invalid_response("OrganizationInvitation", "Invitee is already a part of this organization.")
            )
        if self.state.invitation_of(account, self.now()) is not None:
            raise GithubError(responses.invalid_response("OrganizationInvitation", "Invitee has already been invited."))
        made = Invitation(
            id=self.state.next_id(),
            account_id=account.id,
            role=role,
            team_ids=list(team_ids),
            inviter=by,
            created_at=self.now(),
        )
        self.state.invitations[made.id] = made
        plain = {"role": role.value, "teams": list(team_ids)}
        self.history.record_change("invitation", str(account.id), None, plain, by, on)
        self._mail(account, f"You are invited to join the organization {self.state.organization}.", by, on)
        self._send_member_event("member_invited", account, role, by, pending=True)
        return made

    def cancel(self, invitation: Invitation, by: str, *, on: Exchange | None = None) -> None:
        """Cancel the invitation."""
        del self.state.invitations[invitation.id]
        before = {"role": invitation.role.value, "teams": list(invitation.team_ids)}
        self.history.record_change("invitation", str(invitation.account_id), before, None, by, on)

    def accept(self, account: GithubAccount) -> None:
        """Accept the invitation: the account is a member, in the teams that it was asked into."""
        invitation = self.state.invitation_of(account, self.now())
        if invitation is None:
            raise GithubError(responses.not_found_response())
        self.cancel(invitation, account.login)
        self.state.members[account.id] = invitation.role
        self.history.record_change("membership", str(account.id), None, {"role": invitation.role.value}, account.login)
        self._send_member_event("member_added", account, invitation.role, account.login)
        for team in filter(None, map(self.state.team_by_id, invitation.team_ids)):
            self.join_team(team, account, "member", account.login)

    def set_role(self, account: GithubAccount, role: Role, by: str, *, on: Exchange | None = None) -> None:
        """Give the member this role."""
        before = self.state.members[account.id]
        self.state.members[account.id] = role
        if before is not role:
            self.history.record_change(
                "membership", str(account.id), {"role": before.value}, {"role": role.value}, by, on
            )

    def end_collaboration(self, account: GithubAccount, by: str, *, on: Exchange | None = None) -> None:
        """Take every access to repositories from the account, which is no member."""
        if account.id in self.state.members:
            raise GithubError(
                responses.error_response(
                    422, "You cannot specify an organization member to remove as an outside collaborator."
                )
            )
        for repository in self.state.repositories.values():
            if account.id in repository.collaborators:
                repository.collaborators.discard(account.id)
                before = {"collaborator": [repository.name]}
                self.history.record_change("relations", str(account.id), before, None, by, on)

    def _remove_member(self, account: GithubAccount, by: str, on: Exchange | None) -> None:
        role = self.state.members.pop(account.id)
        self.history.record_change("membership", str(account.id), {"role": role.value}, None, by, on)
        for slug in self.state.teams_of(account):
            self.leave_team(self.state.teams[slug], account, by, on=on)
        self._send_member_event("member_removed", account, role, by)

    def _send_member_event(
        self, action: str, account: GithubAccount, role: Role, by: str, *, pending: bool = False
    ) -> None:
        membership = self._renderer.membership(account, role, pending=pending)
        self.webhook_sender.send_event(
            "organization", self._renderer.member_event(action, membership, self._sender(by))
        )

    # -- teams

    def join_team(self, team: Team, account: GithubAccount, role: str, by: str, *, on: Exchange | None = None) -> bool:
        """The member is in the team; somebody who is no member yet is invited into both (False: it is pending)."""
        if account.id not in self.state.members:
            known = self.state.invitation_of(account, self.now())
            if known is None:
                self.invite(account, Role.MEMBER, [team.id], by, on=on)
            elif team.id not in known.team_ids:
                known.team_ids.append(team.id)
            return False
        before = self.state.teams_of(account)
        team.members[account.id] = role
        self._record_team_change("added", team, account, before, by, on)
        return True

    def leave_team(self, team: Team, account: GithubAccount, by: str, *, on: Exchange | None = None) -> None:
        """Take the account out of the team."""
        before = self.state.teams_of(account)
        if team.members.pop(account.id, None) is not None:
            self._record_team_change("removed", team, account, before, by, on)

    def _record_team_change(
        self, action: str, team: Team, account: GithubAccount, before: Mapping[str, str], by: str, on: Exchange | None
    ) -> None:
        after = self.state.teams_of(account)
        if after != before:
            self.history.record_change("team", str(account.id), dict(before), after, by, on)
            self.webhook_sender.send_event(
                "membership", self._renderer.team_event(action, team, account, self._sender(by))
            )

    # -- accounts

    def rename(self, account: GithubAccount, login: str) -> None:
        """Give the account this login; the old one is free for anybody to take."""
        before = account.login
        self.state.set_login(account, login)
        self.history.record_change("account", str(account.id), {"login": before}, {"login": login}, login)

    def _audit(self, action: str, by: str, account: GithubAccount) -> None:
        self.state.audit.append(AuditEntry(self.now(), action, by, account.login))


def _block_json(block: Block) -> dict[str, Any]:
    return {"by": block.by, "at": block.at.isoformat(), "until": block.until.isoformat() if block.until else None}
