"""Whom a mail is from: what it names, and whether our own mail server vouches for it."""

import pytest

from connectors.mail.parser import ParserConfig, SenderTrust
from tests.connectors.mail.mails import ADDRESS, OWN, ROWAN, SAID, US, a_mail, reading

RESULTS = f"Authentication-Results: {US}"
GOOD = f"{RESULTS}; dmarc=pass header.from=people.example"
ELSEWHERE = "Authentication-Results: other.example"

VOUCHED: dict[str, tuple[str, ...]] = {
    "by DMARC": (GOOD,),
    "by DKIM": (f"{RESULTS}; dkim=pass header.d=people.example",),
    "by DKIM, with the identity alone": (f"{RESULTS}; dkim=pass header.i=@people.example header.s=s1",),
    "by DKIM of the domain above": (f"{RESULTS}; dkim=pass header.d=people.example", "X-Case: From people.example"),
    "with a version, comments and a fold": (
        f"{RESULTS} 1; spf=none;\r\n dmarc=pass (p=none) header.from=people.example",
    ),
    "with a quotation in a comment": (f'{RESULTS}; dkim=pass (2048-bit "rsa") header.d=people.example header.i=@x',),
    "in capitals": (f"Authentication-Results: {US.upper()}; DMARC=Pass header.From=People.Example",),
    "in the second of our own heads": (f"{RESULTS}; dkim=none", GOOD),
    "in the first of our own heads": (GOOD, f"{RESULTS}; spf=softfail smtp.mailfrom=bounces.example"),
    "above another server's": (GOOD, f"{ELSEWHERE}; dmarc=fail header.from=people.example"),
    "beside a failed signature of a list": (
        f"{RESULTS}; dkim=fail header.d=list.example; dkim=pass header.d=people.example",
    ),
}
NOT_VOUCHED: dict[str, tuple[str, ...]] = {
    "nothing said": (),
    "failed": (f"{RESULTS}; dmarc=fail header.from=people.example",),
    "another domain": (f"{RESULTS}; dmarc=pass header.from=elsewhere.example",),
    "signed by another": (f"{RESULTS}; dkim=pass header.d=elsewhere.example",),
    "signed by all of a country": (f"{RESULTS}; dkim=pass header.d=example",),
    "its envelope alone": (f"{RESULTS}; spf=pass smtp.mailfrom=people.example",),
    "another server": (f"{ELSEWHERE}; dmarc=pass header.from=people.example",),
    "another server above ours": (f"{ELSEWHERE}; dmarc=fail", GOOD),
    "contradicted below": (GOOD, f"{RESULTS}; dmarc=fail header.from=people.example"),
    "contradicted above": (f"{RESULTS}; dmarc=fail header.from=people.example", GOOD),
    "two senders' heads": (GOOD, "From: The Chair <chair@people.example>"),
    "in a comment": (f"{RESULTS} (; dmarc=pass header.from=people.example); dmarc=none",),
    "a name that begins like ours": (f"{RESULTS}.evil.example; dmarc=pass header.from=people.example",),
    "in a quotation": (f'{RESULTS}; spf=pass smtp.mailfrom="x dkim=pass header.d=people.example y"@e.example',),
    "in a quotation with signs": (
        f'{RESULTS}; spf=pass smtp.mailfrom="x;dkim=pass header.d=people.example;"@e.example',
    ),
    "in a comment of a comment": (f"{RESULTS}; spf=pass (of x (y) dkim=pass header.d=people.example)",),
    "as a property": (f"{RESULTS}; spf=pass smtp.mailfrom=x dkim=pass header.d=people.example",),
    "two domains for one signature": (f"{RESULTS}; dkim=pass header.d=e.example header.d=people.example",),
    "a quotation that never ends": (f'{RESULTS}; spf=pass smtp.mailfrom="x\\";dkim=pass header.d=people.example',),
    "longer than is read": (f"{RESULTS}; spf=pass reason={'a' * 3000}; dmarc=pass header.from=people.example",),
    "comments in each other without end": (f"{RESULTS}; dkim=pass " + "(" * 1900,),
    "without a name": ("Authentication-Results: dmarc=pass header.from=people.example",),
}


@pytest.mark.harm("reporter-not-recognised")
@pytest.mark.parametrize("heads", VOUCHED.values(), ids=VOUCHED)
def test_a_sender_is_recognised_by_what_our_own_server_writes(heads: tuple[str, ...]) -> None:
    """P-2.4: who is not recognised is never answered."""
    assert reading(a_mail(*heads)).authentic


@pytest.mark.harm("forger-taken-for-the-reporter")
@pytest.mark.parametrize("heads", NOT_VOUCHED.values(), ids=NOT_VOUCHED)
def test_nobody_vouches_for_themselves(heads: tuple[str, ...]) -> None:
    """P-2.6: anybody can write such a head into their own mail."""
    assert not reading(a_mail(*heads)).authentic


MICROSOFT = (
    "Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=people.example; dkim=pass (signature was "
    "verified) header.d=people.example;dmarc=pass action=none header.from=people.example;compauth=pass reason=100"
)


@pytest.mark.harm("reporter-not-recognised")
@pytest.mark.parametrize(
    ("trust", "heads", "authentic"),
    [
        (SenderTrust(nameless_results=True), (MICROSOFT,), True),
        (SenderTrust(nameless_results=True), (), False),
        (SenderTrust(nameless_results=True), (f"{ELSEWHERE}; dmarc=pass header.from=people.example",), False),
        (SenderTrust(nameless_results=True), (MICROSOFT.replace("dmarc=pass", "dmarc=fail"),), False),
        (SenderTrust(all_checked=True), (), True),
        (SenderTrust(US, all_checked=True), (f"{RESULTS}; dmarc=fail header.from=people.example",), False),
        (SenderTrust(), (GOOD,), False),
    ],
)
def test_a_server_without_a_name_or_a_word_is_trusted_as_configured(
    trust: SenderTrust, heads: tuple[str, ...], authentic: bool
) -> None:
    """P-2.4"""
    assert reading(a_mail(*heads), ParserConfig(OWN, trust)).authentic is authentic


BEHIND_A_LIST: dict[str, tuple[str, ...]] = {
    "our own address": (f"From: Rowan via Conduct <{ADDRESS}>",),
    "the list's address": ("List-Id: <conduct.lists.example>", "From: Rowan <conduct@lists.example>"),
    "an address that says so": ("From: 'Rowan' via Conduct <conduct@lists.example>",),
    "what it was before": ("X-Original-From: rowan@people.example", "From: Rowan <conduct@lists.example>"),
}


@pytest.mark.harm("words-taken-for-anothers")
@pytest.mark.parametrize("heads", BEHIND_A_LIST.values(), ids=BEHIND_A_LIST)
def test_whom_a_list_speaks_for_is_shown_to_be_nobody(heads: tuple[str, ...]) -> None:
    """P-2.6: everybody behind it has the same address."""
    results = f"{RESULTS}; dmarc=pass header.from=lists.example; dkim=pass header.d=community.example"
    mail = reading(a_mail(*heads, results, own=(f"To: {ADDRESS}",)))
    assert not mail.authentic


def test_a_list_that_leaves_the_sender_as_it_is_leaves_them_recognised() -> None:
    mail = reading(a_mail("List-Id: <conduct.lists.example>", GOOD))
    assert (mail.authentic, mail.via_list) == (True, True)


NAMED: dict[str, tuple[str, str, str]] = {
    "quoted": ('"Ash, Rowan" <rowan@people.example>', "Ash, Rowan", ROWAN),
    "with a comma": ("Ash, Rowan <rowan@people.example>", "Rowan", ROWAN),
    "with a dot": ("Rowan A. Ash <rowan@people.example>", "Rowan A. Ash", ROWAN),
    "against the rules for dots": ("rowan..ash.@people.example", "", "rowan..ash.@people.example"),
    "never closed": ("Rowan <rowan@people.example", "Rowan", ROWAN),
    "the address as a name": ("rowan@people.example <rowan@people.example>", "", ROWAN),
    "another address as a name": ('"chair@community.example" <rowan@people.example>', "chair@community.example", ROWAN),
    "letters of any kind": ("Søren <søren@fjørd.example>", "Søren", "søren@fjørd.example"),
    "encoded, with spaces": ("=?ISO-8859-1?Q?J=F6rg M?= <rowan@people.example>", "Jörg M", ROWAN),
    "no address": ("Rowan Ash", "Rowan Ash", ""),
    "nobody": ("undisclosed-recipients:;", "undisclosed-recipients:;", ""),
    "too deep to be read": ("(" * 3000 + "rowan@people.example", "", ROWAN),
}


@pytest.mark.harm("reporter-not-recognised")
@pytest.mark.parametrize(("written", "name", "address"), NAMED.values(), ids=NAMED)
def test_a_sender_is_read_as_they_are_written(written: str, name: str, address: str) -> None:
    """P-2.4"""
    mail = reading(a_mail(f"From: {written}", own=()))
    assert mail.sender == address
    assert mail.sender_name == name or not name


def test_an_address_of_other_letters_is_vouched_for_under_either_of_its_names() -> None:
    for domain in ("fjørd.example", "FJØRD.example", "fjørd.example".encode("idna").decode()):
        heads = (f"{RESULTS}; dmarc=pass header.from={domain}", "From: søren@fjørd.example")
        assert reading(a_mail(*heads, own=())).authentic


SUBJECTS: dict[str, tuple[bytes, str]] = {
    "as it is": ("Belästigung durch Jörg € bitte".encode(), "Belästigung durch Jörg € bitte"),
    "in Latin 1": ("Belästigung durch Jörg".encode("latin-1"), "Belästigung durch Jörg"),
    "a letter over two words": (b"=?utf-8?B?QmVsww==?=\r\n =?utf-8?B?pHN0aWd1bmc=?=", "Belästigung"),
    "spaces in a word": (b"=?ISO-8859-1?Q?Dr=F6hung von J=F6rg?=", "Dröhung von Jörg"),
    "the larger set": (b"=?gb2312?B?hrTPyMn6zf7Qss7S?=", "喆先生威胁我"),
    "glued to another": (b"L'aliment=?UTF-8?B?w6Ag?=moi", "L'alimentà moi"),
    "a word that never ends": (b"=?utf-8?b?QmVs =?x", "=?utf-8?b?QmVs =?x"),
}


@pytest.mark.harm("words-of-a-mail-lost")
@pytest.mark.parametrize(("written", "subject"), SUBJECTS.values(), ids=SUBJECTS)
def test_a_subject_is_read_however_it_is_encoded(written: bytes, subject: str) -> None:
    """P-2.1"""
    raw = b"From: a@b.example\r\nSubject: " + written + b"\r\n\r\n" + SAID.encode()
    assert reading(raw).subject == subject
