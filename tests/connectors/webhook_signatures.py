"""A signature as Discourse and GitHub make it, written apart from the code that checks it."""

import hashlib
import hmac


def sign(secret: str, body: bytes) -> str:
    """`sha256=` and the hexadecimal HMAC of the body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
