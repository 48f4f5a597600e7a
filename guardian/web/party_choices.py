"""What somebody chooses on a page of theirs, as the use cases take it."""

from guardian.cases.data_requests import DataRequestKind
from guardian.errors import NotFound
from guardian.web.forms import Form
from rules.talks import TalkAnswer


def asked_kind(form: Form) -> DataRequestKind:
    """Return what is asked about what is kept; NotFound for what the page does not offer."""
    if form.one("kind") not in set(DataRequestKind):
        raise NotFound
    return DataRequestKind(form.one("kind"))


def talk_answer(form: Form) -> TalkAnswer:
    """Return what is answered about a talk; NotFound for what the page does not offer."""
    if form.one("talk") not in set(TalkAnswer):
        raise NotFound
    return TalkAnswer(form.one("talk"))
