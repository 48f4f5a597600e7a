"""What somebody chooses on a page of theirs, as the use cases take it."""

from guardian.cases.data_requests import DataRequestKind
from guardian.errors import NotFound
from guardian.web.forms import Form


def asked_kind(form: Form) -> DataRequestKind:
    """Return what is asked about what is kept; NotFound for what the page does not offer."""
    if form.one("kind") not in set(DataRequestKind):
        raise NotFound
    return DataRequestKind(form.one("kind"))
