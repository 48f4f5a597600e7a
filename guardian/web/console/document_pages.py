"""The document of a case as a file: whole for the group, or as a copy for somebody else. Read `DocumentPages` first.

Policy: P-9.3, P-2.6.
"""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.services.records.case_document import DocumentReader
from guardian.services.records.document_files import DocumentFormat, export_document
from guardian.web.console.console import Console, Visit

DOCUMENT: Final = "/console/records/cases/{case}/document"
_MEDIA_TYPES: Final = {
    DocumentFormat.MARKDOWN: "text/markdown; charset=utf-8",
    DocumentFormat.PDF: "application/pdf",
}


class DocumentPages:
    """Hand out the document of a case, for each reader and in each format at an address of its own."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these files."""
        return [self._route(reader, file_format) for reader in DocumentReader for file_format in DocumentFormat]

    def _route(self, reader: DocumentReader, file_format: DocumentFormat) -> Route:
        async def show(request: Request, visit: Visit) -> Response:
            file = await export_document(self._app, visit.by, request.path_params["case"], reader, file_format)
            headers = {"content-disposition": f'attachment; filename="{file.name}"'}
            return Response(file.content, media_type=_MEDIA_TYPES[file_format], headers=headers)

        return self._console.get(f"{DOCUMENT}/{reader}.{file_format}", show)
