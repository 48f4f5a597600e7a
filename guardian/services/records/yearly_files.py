"""A yearly report as Markdown and as a page of HTML, to be put where the public reads it. Read `write_markdown` first.

Policy: P-10.2.
"""

from collections.abc import Iterator
from typing import Final

from markdown_it import MarkdownIt

from guardian.services.records.yearly import YearlyReport, YearlyTable
from rules.statistics import COUNT_LABELS, COUNT_NAMES, UNITS
from rules.suppression import TOGETHER

_LEFT_OUT: Final = "left out"
_HEADINGS: Final = (
    ("membership", "Membership"),
    ("procedure", "Changes of the procedure"),
    ("lessons", "What we have learnt"),
)


def write_markdown(report: YearlyReport, community: str, k: int) -> str:
    """Return the report as Markdown, with what was left out and why."""
    return "\n".join(_lines(report, community, k)) + "\n"


def write_html(report: YearlyReport, community: str, k: int) -> str:
    """Return the report as one page of HTML, which needs nothing else."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(write_markdown(report, community, k))
    head = f'<meta charset="utf-8"><title>{report.year}</title>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}</body></html>\n'


def _lines(report: YearlyReport, community: str, k: int) -> Iterator[str]:
    yield f"# Conduct at {community} in {report.year}"
    yield ""
    yield "Counted by the day of receipt. Reports and people are different units; each line says which."
    yield ""
    yield "| | Counted in | " + f"{report.year} | {report.year - 1} |"
    yield "| --- | --- | ---: | ---: |"
    for name in COUNT_NAMES:
        numbers = f"{getattr(report.totals, name)} | {getattr(report.before, name)}"
        yield f"| {COUNT_LABELS[name]} | {UNITS[name]} | {numbers} |"
    for table in report.tables:
        yield from _table_lines(table, k)
    yield from ("", "## How long it took", "")
    for what, days in report.days.items():
        yield f"- Until the {what}: " + (f"{days} days (median)" if days is not None else "too few to say")
    for name, heading in _HEADINGS:
        if words := getattr(report.words, name):
            yield from ("", f"## {heading}", "", _as_text(words))


def _table_lines(table: YearlyTable, k: int) -> Iterator[str]:
    yield from ("", f"## {table.title}", "")
    if table.table is None:
        yield "There was too little to break down without giving anybody away."
        return
    if len(table.years) > 1:
        yield f"These are the years {table.years[-1]} to {table.years[0]} together, since one alone is too small."
        yield ""
    rows = table.table.rows
    yield "| | " + " | ".join(_as_text(row) for row in rows) + " | Total |"
    yield "| --- |" + " ---: |" * (len(rows) + 1)
    for name in COUNT_NAMES:
        total = getattr(table.table.totals, name)
        shown = table.table.columns.get(name, (None,) * len(rows))
        cells = " | ".join(_LEFT_OUT if value is None else str(value) for value in shown)
        yield f"| {COUNT_LABELS[name]} | {cells} | {total} |"
    yield ""
    yield f"“{_LEFT_OUT}” stands for a number below {k}, or for one by which such a number could be worked out."
    if table.table.merged:
        yield f" “{TOGETHER}” are {', '.join(_as_text(row) for row in table.table.merged)}."


def _as_text(words: str) -> str:
    """Words as they are, whatever signs of Markdown they hold."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>()#+-!|" else sign for sign in words)
