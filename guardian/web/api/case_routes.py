"""Cases and what waits in them, over the API. Read `list_open_tasks` first."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Security

from guardian.ids import MemberId
from guardian.people.api_tokens import TokenScope
from guardian.services.cases.case_list import list_case_page
from guardian.services.cases.overview import CaseLine, case_overview
from guardian.services.notes.thread import NoteInput, NoteView, list_thread, write_note
from guardian.services.reading_room.case_file import CaseFile, PersonView, ReportView, read_case
from guardian.services.worklist.claims import claim_task, release_task
from guardian.services.worklist.tasks import list_tasks
from guardian.web.api.access import Context, caller
from guardian.web.api.models import (
    CaseDetails,
    CaseRecord,
    CaseShown,
    CasesShown,
    DeadlineShown,
    EvidenceRecord,
    NewNote,
    NoteShown,
    PersonRecord,
    ReportRecord,
    TaskName,
    TaskShown,
)
from guardian.web.api.problems import described

router: Final = APIRouter(tags=["cases"], responses=described(401, 403, 404, 422))

CodeName = Annotated[str, Query(max_length=200)]
TaskCaller = Annotated[MemberId, Security(caller, scopes=[TokenScope.TASKS])]
CaseCaller = Annotated[MemberId, Security(caller, scopes=[TokenScope.CASES])]
FileCaller = Annotated[MemberId, Security(caller, scopes=[TokenScope.CASE_FILES])]


@router.get("/tasks")
async def list_open_tasks(app: Context, by: TaskCaller) -> list[TaskShown]:
    """What waits for you, what is due first before all else."""
    return [TaskShown.of(task) for task in await list_tasks(app, by)]


@router.post("/tasks/claim", responses=described(400, 409, 413))
async def claim_open_task(app: Context, by: TaskCaller, task: TaskName) -> TaskShown:
    """Say that you see to a task, so that the others see it."""
    return TaskShown.of(await claim_task(app, by, task.case, task.kind, task.subject))


@router.post("/tasks/release", responses=described(400, 409, 413))
async def release_open_task(app: Context, by: TaskCaller, task: TaskName) -> TaskShown:
    """Take back that you see to a task."""
    return TaskShown.of(await release_task(app, by, task.case, task.kind, task.subject))


@router.get("/cases")
async def list_known_cases(app: Context, by: CaseCaller, after: CodeName = "", sought: CodeName = "") -> CasesShown:
    """A page of the cases that you may know of, newest first; `after` is the `next` of the page before."""
    page = await list_case_page(app, by, after, sought)
    return CasesShown(cases=[_case_state(line) for line in page.lines], next=page.next)


@router.get("/cases/{case}")
async def read_case_details(app: Context, by: CaseCaller, case: str) -> CaseDetails:
    """How a case stands, and what you can do in it."""
    seen = await case_overview(app, by, case)
    return CaseDetails(
        case=seen.code_name,
        kind=str(seen.kind),
        state=seen.words,
        people=list(seen.people),
        deadlines=[DeadlineShown(kind=str(each.kind), at=each.at) for each in seen.deadlines],
        steps={str(step): str(state) for step, state in seen.steps},
        next_steps=sorted(str(step) for step in seen.next_steps),
    )


@router.get("/cases/{case}/file")
async def read_case_file(app: Context, by: FileCaller, case: str) -> CaseRecord:
    """A case with its reports. That you read it is in the journal, for the others to see."""
    return _case_record(await read_case(app, by, case))


@router.get("/cases/{case}/notes")
async def list_notes(app: Context, by: FileCaller, case: str) -> list[NoteShown]:
    """The group's thread in a case, oldest first. That you read it is in the journal."""
    return [_note_state(note) for note in await list_thread(app, by, case)]


@router.post("/cases/{case}/notes", status_code=201, responses=described(400, 409, 413))
async def add_note(app: Context, by: FileCaller, case: str, note: NewNote) -> NoteShown:
    """Write into the group's thread of a case."""
    return _note_state(await write_note(app, by, case, NoteInput(note.text, corrects=note.corrects)))


def _case_state(line: CaseLine) -> CaseShown:
    due = line.next_deadline
    return CaseShown(
        case=line.code_name,
        state=line.state,
        recused=line.recused,
        next_deadline=None if due is None else DeadlineShown(kind=str(due.kind), at=due.at),
    )


def _case_record(file: CaseFile) -> CaseRecord:
    return CaseRecord(
        case=file.case.code_name,
        state=file.state,
        contact=file.contact,
        reports=[_report_record(each) for each in file.reports],
        people=[_person_record(each) for each in file.people],
    )


def _report_record(view: ReportView) -> ReportRecord:
    report = view.report
    return ReportRecord(
        received_at=report.received_at,
        channel=str(report.channel),
        what_happened=report.what_happened,
        who=report.who,
        danger=report.danger,
        withdrawn=report.withdrawn_at is not None,
        answers=dict(report.answers),
        additions=[each.text for each in view.additions],
        evidence=[
            EvidenceRecord(
                kind=each.kind,
                link=each.link,
                author=each.author_handle,
                text=each.text,
                file_name=each.file_name,
                sha256=each.sha256,
                why_not=each.why_not,
            )
            for each in view.evidence
        ],
    )


def _person_record(view: PersonView) -> PersonRecord:
    return PersonRecord(
        person=view.code_name,
        accounts=[f"{each.handle} ({each.account.space})" for each in view.accounts],
        other_cases=list(view.other_cases),
    )


def _note_state(note: NoteView) -> NoteShown:
    return NoteShown(
        id=note.id,
        author=note.author,
        at=note.at,
        text=note.text,
        mentions=list(note.mentions),
        supersedes=note.supersedes,
        superseded_by=note.superseded_by,
    )
