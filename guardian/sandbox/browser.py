"""People at a web page: opens an address, reads what it says, fills in the forms that it shows. No scripts, no styles.

Read `Browser` first.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from lxml import html
from lxml.html import HtmlElement

RECEIPT: Final = re.compile(r"\b(?:[2-9A-HJ-NP-Z]{5}-){5}[2-9A-HJ-NP-Z]\b")
FILES: Final = "files"
_PARSER: Final = html.HTMLParser(encoding="utf-8", remove_comments=True)
_SILENT: Final = ("script", "style", "head")
_BLOCKS: Final = ("p", "div", "li", "h1", "h2", "h3", "dt", "dd", "section", "label", "button", "tr", "th", "td", "br")


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
        """Return the field of that name, else the name of the one whose label has these words."""
        if words in self.labels:
            return words
        for name, label in self.labels.items():
            if words.casefold() in label.casefold():
                return name
        raise LookupError(f"no field {words!r} among {self.labels or list(self.values)}")

    def has_field(self, words: str) -> bool:
        """Return whether there is a field of that name or label."""
        return words in self.labels or any(words.casefold() in label.casefold() for label in self.labels.values())


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the server."""

    url: str
    status: int
    text: str
    forms: tuple[Form, ...]
    links: tuple[tuple[str, str], ...]

    def find_form(self, words: str = "", fields: Iterable[str] = ()) -> Form:
        """Return the form with a button that has these words, and with these fields; the first one of several."""
        found = self.find_forms(words)
        for form in found:
            if all(map(form.has_field, fields)):
                return form
        raise LookupError(f"no form with a button {words!r} and {list(fields)} at {self.url}: {self.text[:400]}")

    def find_forms(self, words: str) -> list[Form]:
        """Return every form with a button that has these words."""
        sought = words.casefold()
        return [form for form in self.forms if any(sought in label.casefold() for _, _, label in form.buttons)]

    def find_receipt(self) -> str:
        """Return the receipt that the page shows."""
        found = RECEIPT.search(self.text)
        if found is None:
            raise LookupError(f"no receipt at {self.url}: {self.text[:400]}")
        return found.group()


class Browser:
    """One browser with its own cookies; `origin` is where the service listens, asked anew where it may move."""

    def __init__(self, origin: str | Callable[[], str]) -> None:
        self._origin = origin
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Forget who is signed in."""
        await self._session.close()

    async def open(self, address: str) -> Page:
        """Open the page at the address; links of the service lead to wherever it listens now."""
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
        """Send the form with these values in place of what stood in it; fields are named by label or name.

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
        origin = {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(page.url)), **headers}
        if form.method == "get":
            async with self._session.get(target, params=pairs) as answer:
                return await _parse_page(answer)
        body = aiohttp.FormData(pairs, default_to_multipart=form.multipart)
        for name, content in files:
            body.add_field(FILES, content, filename=name)
        async with self._session.post(target, data=body, headers=origin) as answer:
            return await _parse_page(answer)

    async def open_with_receipt(self, page: Page, receipt: str) -> Page:
        """Open the page that the receipt opens."""
        return await self.send(page, page.find_form("Open"), {"receipt": receipt})

    def _absolute(self, address: str) -> str:
        return urljoin(self._find_origin(), address)

    def _find_origin(self) -> str:
        return self._origin if isinstance(self._origin, str) else self._origin()


async def _parse_page(answer: aiohttp.ClientResponse) -> Page:
    return parse_page(str(answer.url), answer.status, await answer.text())


def parse_page(url: str, status: int, markup: str) -> Page:
    """Return what somebody sees of the markup: its words line by line, its forms and its links."""
    root = html.document_fromstring(markup.encode(), parser=_PARSER) if markup.strip() else html.Element("html")
    forms = tuple(_parse_form(form) for form in root.iter("form"))
    links = tuple((link.get("href", ""), link.text_content().strip()) for link in root.iter("a"))
    for unseen in list(root.iter(*_SILENT)):
        unseen.drop_tree()
    for block in root.iter(*_BLOCKS):
        _set_apart(block)
    lines = re.sub(r"[ \t]+", " ", root.text_content()).splitlines()
    return Page(url, status, "\n".join(line.strip() for line in lines if line.strip()), forms, links)


def _set_apart(block: HtmlElement) -> None:
    """The words of the block begin a line, and end one."""
    block.text = f"\n{block.text or ''}"
    if len(block):
        block[-1].tail = f"{block[-1].tail or ''}\n"
    else:
        block.text += "\n"


def _parse_form(tag: HtmlElement) -> Form:
    multipart = tag.get("enctype") == "multipart/form-data"
    form = Form(action=tag.get("action", ""), method=tag.get("method", "get").lower(), multipart=multipart)
    labels = {label.get("for", ""): _words(label) for label in reversed(list(tag.iter("label")))}
    for field_tag in tag.iter("input", "textarea", "select", "button"):
        name, value, kind = (field_tag.get(each, "") for each in ("name", "value", "type"))
        if field_tag.tag == "button" or kind == "submit":
            form.buttons.append((name, value, _words(field_tag) or value))
        elif name:
            _set_label(form, field_tag, name, labels)
            _add_field(form, field_tag, name, labels)
    return form


def _set_label(form: Form, tag: HtmlElement, name: str, labels: Mapping[str, str]) -> None:
    """A label around the field goes before one that names its id."""
    around = next((label for label in tag.iterancestors("label") if label.get("for") is None), None)
    if around is not None:
        form.labels[name] = _words(around)
    elif form.labels.setdefault(name, name) == name:
        form.labels[name] = labels.get(tag.get("id", ""), name)


def _add_field(form: Form, tag: HtmlElement, name: str, labels: Mapping[str, str]) -> None:
    value, kind = tag.get("value", ""), tag.get("type", "")
    if tag.tag == "textarea":
        form.values[name] = [tag.text_content().strip()]
    elif tag.tag == "select":
        for option in tag.iter("option"):
            _add_choice(form, name, option, option.get("value", ""), option.text_content().strip())
        if "multiple" not in tag.attrib and form.choices.get(name):
            # A list from which nothing is chosen shows its first choice, and sends it.
            form.values.setdefault(name, [form.choices[name][0][0]])
    elif kind in ("checkbox", "radio"):
        _add_choice(form, name, tag, value or "on", labels.get(tag.get("id", ""), ""))
    elif kind != "file":
        form.values[name] = [value]


def _add_choice(form: Form, name: str, tag: HtmlElement, value: str, label: str) -> None:
    form.choices.setdefault(name, []).append((value, label))
    if "selected" in tag.attrib or "checked" in tag.attrib:
        form.values.setdefault(name, []).append(value)


def _words(tag: HtmlElement) -> str:
    return " ".join(tag.text_content().split())
