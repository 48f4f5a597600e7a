"""Compares secrets and what proves one (signatures, tokens, digests, codes) without telling by its time how far they agree.

`are_equal` is the one way: a test over the source forbids `==` on anything of that name.
"""

import hmac


def are_equal(one: str | bytes, other: str | bytes) -> bool:
    """Return whether both are the same, in a time that depends on their lengths alone."""
    return hmac.compare_digest(_to_bytes(one), _to_bytes(other))


def _to_bytes(value: str | bytes) -> bytes:
    # Lone surrogates are what a stranger's undecodable bytes become; they are compared, not refused with an error.
    return value.encode(errors="surrogatepass") if isinstance(value, str) else value
