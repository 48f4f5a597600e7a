"""One case and the list of cases: a one-time link to the reading room, clocks, and buttons for what is open now."""

from typing import Final

from discord import app_commands

from connectors.discord.commands import deliberation, words
from connectors.discord.panels import Button, Reply, Style, named
from connectors.discord.serving import Asked, Counter
from guardian.cases.values import StepState
from guardian.desk import outlook, reading
from guardian.desk.outlook import Line, Next, Outlook
from guardian.errors import NotFound
from guardian.ids import MemberId

_LONGEST_LIST: Final = 60


def add_to(counter: Counter) -> None:
    """Members read and list their cases."""
    desk = counter.desk

    @counter.tree.command(name="case", description="One case: a link to read it, and what is open", guild=counter.guild)
    @app_commands.describe(case=words.CASE)
    async def case_(asked: Asked, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            seen = await outlook.outlook(desk, by, case)
            return Reply(f"{_link(await _url(by, case))}\n\n{said(seen)}", buttons(seen))

        await counter.serve(asked, deed)

    @counter.tree.command(name="cases", description="Every case that you take part in", guild=counter.guild)
    async def cases(asked: Asked) -> None:
        async def deed(by: MemberId) -> Reply:
            lines = await outlook.docket(desk, by)
            shown = [_line(line) for line in lines[-_LONGEST_LIST:]]
            if len(lines) > len(shown):
                shown.insert(0, f"The newest {len(shown)} of {len(lines)} cases:")
            return Reply("\n".join(shown) or "There are no cases.")

        await counter.serve(asked, deed)

    async def _url(by: MemberId, case: str) -> str | None:
        """The reading link; None for the Board while a case of the group merely lies with it."""
        try:
            return await reading.link_for(desk, by, case)
        except NotFound:
            return None


def said(seen: Outlook) -> str:
    """The case in words: its state, its people by code name, its steps and its clocks."""
    lines = [f"**{seen.code_name}**: {seen.words}."]
    if seen.people:
        lines.append(f"About: {', '.join(seen.people)}")
    lines += [f"• {words.STEPS[kind]}: {words.STATES[state]}" for kind, state in seen.steps if _is_told(state)]
    lines += [f"⏳ {words.clock(each.kind, each.at)}" for each in seen.clocks]
    return "\n".join(lines)


def buttons(seen: Outlook) -> tuple[Button, ...]:
    """A button for each step that is open to the one who asks; those that need words are commands."""
    case = seen.code_name
    found: list[Button] = []
    if Next.ACCEPT in seen.next:
        found.append(Button("Accept what was passed on", named("accept-escalation", case), Style.MAIN))
    if Next.TAKE in seen.next:
        found.append(Button("I have it", named("take", case), Style.MAIN))
    if Next.HEAR in seen.next:
        found.append(Button("Begin the hearing", named("hear", case)))
    if seen.proposal is not None and Next.VOTE in seen.next:
        found += deliberation.ballot_buttons(seen.proposal, may_withdraw=Next.WITHDRAW in seen.next)
    if Next.ENACT in seen.next:
        found.append(Button("Preview", named("preview", case), Style.MAIN))
    if Next.SECOND_ACT in seen.next and seen.act is not None:
        found.append(Button("Agree to the act", named("second-act", seen.act), Style.GRAVE))
    if Next.CONFIRM_BOARD in seen.next:
        found.append(Button("Confirm the Board's answer", named("confirm-answer", case), Style.GRAVE))
    found += [Button(f"Agree to skip {words.STEPS[kind]}", named("second-skip", case, kind)) for kind in seen.skips]
    found += [Button(f"Approve text {n}", named("approve", draft)) for n, draft in enumerate(seen.drafts, start=1)]
    found += [Button(f"Confirm link {n}", named("confirm-link", link)) for n, link in enumerate(seen.links, start=1)]
    return tuple(found)


def _link(url: str | None) -> str:
    if url is None:
        return "The reports of this case are read by the working group."
    return f"Read it here, once, within five minutes: {url}"


def _is_told(state: StepState) -> bool:
    return state is not StepState.PENDING


def _line(line: Line) -> str:
    if line.recused:
        return f"• {line.code_name}: {line.state} (you stepped back)"
    clock = f" — {words.clock(line.next.kind, line.next.at)}" if line.next else ""
    return f"• {line.code_name}: {line.state}{clock}"
