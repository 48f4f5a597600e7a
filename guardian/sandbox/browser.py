"""People at a web page: opens an address, reads what it says, fills in the forms that it shows. No scripts, no styles."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Final, Self
from urllib.parse import urljoin

import aiohttp

RECEIPT: Final = re.compile(r"\b(?:[2-9A-HJ-NP-Z]{5}-){5}[2-9A-HJ-NP-Z]\b")
FILES: Final = "files"
_SILENT: Final = frozenset({"script", "style", "head"})
_BLOCKS: Final = frozenset({"p", "div", "li", "h1", "h2", "h3", "dt", "dd", "section", "label", "button", "tr", "br"})


@dataclass(slots=True)
class Form:
    """A form as it stands on the page: what would be sent if nothing were changed; `labels` name the fields."""

    action: str
    method: str
    multipart: bool = False
    values: dict[str, list[str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def find_field(self, words: str) -> str:
        """The name of the field whose label (or name) has these words."""
        for name, label in self.labels.items():
            if words.casefold() in label.casefold() or words == name:
                return name
        raise LookupError(f"no field {words!r} among {self.labels or list(self.values)}")


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the server."""

    url: str
    status: int
    text: str
    forms: tuple[Form, ...]
    links: tuple[tuple[str, str], ...]

    def find_form(self, words: str = "") -> Form:
        """The form with a button that has these words; the first one where none are given."""
        for form in self.forms:
            if any(words.casefold() in label.casefold() for _, _, label in form.buttons):
                return form
        raise LookupError(f"no form with a button {words!r} at {self.url}: {self.text[:400]}")

    def find_receipt(self) -> str:
        """The receipt that the page shows."""
        found = RECEIPT.search(self.text)
        if found is None:
            raise LookupError(f"no receipt at {self.url}: {self.text[:400]}")
        return found.group()


class Browser:
    """One browser with its own cookies."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def open(self, address: str) -> Page:
        """The page at the address; links of the service lead to wherever it listens now."""
        async with self._session.get(self._absolute(address)) as answer:
            return await _parse_page(answer)

    async def send(
        self,
        page: Page,
        form: Form,
        values: Mapping[str, str | Sequence[str]],
        button: str = "",
        *,
        files: Sequence[tuple[str, bytes]] = (),
        **headers: str,
    ) -> Page:
        """The form was sent with these values in place of what stood in it; fields are named by label or name.

        `files` are put into the form's one field for files.
        """
        data = {name: list(given) for name, given in form.values.items()}
        for words, given in values.items():
            data[form.find_field(words)] = [given] if isinstance(given, str) else list(given)
        for name, value, label in form.buttons:
            if name and button and button.casefold() in label.casefold():
                data[name] = [value]
        pairs = [(name, value) for name, given in data.items() for value in given]
        target = urljoin(page.url, form.action or page.url)
        origin = {"Origin": self._origin, **headers}
        if form.method == "get":
            async with self._session.get(target, params=pairs) as answer:
                return await _parse_page(answer)
        body = aiohttp.FormData(pairs, default_to_multipart=form.multipart)
        for name, content in files:
            body.add_field(FILES, content, filename=name)
        async with self._session.post(target, data=body, headers=origin) as answer:
            return await _parse_page(answer)

    async def open_with_receipt(self, page: Page, receipt: str) -> Page:
        """The page behind the door that a receipt opens."""
        return await self.send(page, page.find_form("Open"), {"receipt": receipt})

    def _absolute(self, address: str) -> str:
        return urljoin(self._origin, address)


async def _parse_page(answer: aiohttp.ClientResponse) -> Page:
    reader = _PageParser()
    reader.feed(await answer.text())
    words = re.sub(r"[ \t]+", " ", "".join(reader.words))
    text = "\n".join(line.strip() for line in words.splitlines() if line.strip())
    return Page(str(answer.url), answer.status, text, tuple(reader.forms), tuple(reader.links))


class _PageParser(HTMLParser):
    """Collects the words, links and forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._silent = 0
        self._names: dict[str, str] = {}
        self._label: tuple[str | None, list[str]] | None = None
        self._pending: list[tuple[str, str]] = []
        self._button: tuple[str, str, list[str]] | None = None
        self._select: str | None = None
        self._area: tuple[str, list[str]] | None = None
        self._option: tuple[str, bool, list[str]] | None = None
        self._link: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        if tag in _BLOCKS:
            self.words.append("\n")
        match tag:
            case "form":
                multipart = given.get("enctype", "") == "multipart/form-data"
                self._form = Form(given.get("action", ""), given.get("method", "get").lower(), multipart)
            case "label" | "legend":
                self._label = (given.get("for"), [])
            case "input":
                self._input(given)
            case "textarea":
                self._area = (given.get("name", ""), [])
                self._add_label(given)
            case "select":
                self._select = given.get("name", "")
                self._add_label(given)
            case "option":
                self._option = (given.get("value", ""), "selected" in given, [])
            case "button":
                self._button = (given.get("name", ""), given.get("value", ""), [])
            case "a":
                self._link = (given.get("href", ""), [])
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent -= 1
        if tag in _BLOCKS:
            self.words.append("\n")
        match tag:
            case "form":
                self._end_form()
            case "label" | "legend":
                self._end_label()
            case "textarea":
                self._end_area()
            case "select":
                self._select = None
            case "option":
                self._end_option()
            case "button":
                self._end_button()
            case "a" if self._link is not None:
                self.links.append((self._link[0], "".join(self._link[1]).strip()))
                self._link = None
            case _:
                pass

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.words.append(data)
        for open_ in (self._label, self._link, self._area, self._button, self._option):
            if open_ is not None and isinstance(open_[-1], list):
                open_[-1].append(data)

    def _input(self, given: dict[str, str]) -> None:
        kind, name, value = given.get("type", "text"), given.get("name", ""), given.get("value", "")
        if self._form is None:
            return
        if kind == "submit":
            self._form.buttons.append((name, value, value))
            return
        self._add_label(given)
        if kind in ("checkbox", "radio"):
            self._form.choices.setdefault(name, []).append((value or "on", given.get("id", "")))
            if "checked" in given:
                self._form.values.setdefault(name, []).append(value or "on")
        elif kind != "file" and name:
            self._form.values[name] = [value]

    def _add_label(self, given: dict[str, str]) -> None:
        """The field belongs to the label that is open, or to the one that names its id."""
        name = given.get("name", "")
        if self._form is None or not name:
            return
        if given.get("id"):
            self._names[given["id"]] = name
        self._form.labels.setdefault(name, name)
        if self._label is not None and self._label[0] is None:
            self._pending.append((name, "here"))

    def _end_label(self) -> None:
        if self._label is None or self._form is None:
            self._label = None
            return
        target, words = self._label
        text = " ".join("".join(words).split())
        if target is not None:
            self._form.labels[f"#{target}"] = text
        for name, _ in self._pending:
            self._form.labels[name] = text
        self._pending.clear()
        self._label = None

    def _end_area(self) -> None:
        if self._form is not None and self._area is not None:
            self._form.values[self._area[0]] = ["".join(self._area[1]).strip()]
        self._area = None

    def _end_option(self) -> None:
        if self._form is not None and self._option is not None and self._select is not None:
            value, chosen, words = self._option
            self._form.choices.setdefault(self._select, []).append((value, "".join(words).strip()))
            if chosen:
                self._form.values.setdefault(self._select, []).append(value)
        self._option = None

    def _end_button(self) -> None:
        if self._form is not None and self._button is not None:
            name, value, words = self._button
            self._form.buttons.append((name, value, " ".join("".join(words).split())))
        self._button = None

    def _end_form(self) -> None:
        if self._form is None:
            return
        for key in [k for k in self._form.labels if k.startswith("#")]:
            name = self._names.get(key[1:])
            text = self._form.labels.pop(key)
            if name is not None and self._form.labels.get(name, name) == name:
                self._form.labels[name] = text
            for choices in self._form.choices.values():
                choices[:] = [(value, text if known == key[1:] else known) for value, known in choices]
        self.forms.append(self._form)
        self._form = None
