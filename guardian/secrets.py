"""Compares secrets and what proves one (signatures, tokens, digests, codes) without telling by its time how far they agree.

`are_equal` is the one way: a test over the source forbids `==` on anything of that name. `keyed_digest` is what is kept
of a secret that is short, or that somebody who reads the database could try.
"""

import hashlib
import hmac


def are_equal(one: str | bytes, other: str | bytes) -> bool:
    """Return whether both are the same, in a time that depends on their lengths alone."""
    if isinstance(one, str) and isinstance(other, str) and one.isascii() and other.isascii():
        # Texts of ASCII, as digests are, need not be copied: a million of them are compared along a journal.
        return hmac.compare_digest(one, other)
    return hmac.compare_digest(_to_bytes(one), _to_bytes(other))


def keyed_digest(key: bytes, text: str | bytes) -> str:
    """Return a digest of the text that nobody can try texts against who does not have the key."""
    return hmac.new(key, _to_bytes(text), hashlib.sha256).hexdigest()


def _to_bytes(value: str | bytes) -> bytes:
    # Lone surrogates are what a stranger's undecodable bytes become; they are compared, not refused with an error.
    return value.encode(errors="surrogatepass") if isinstance(value, str) else value
