"""The JSON API: the same use cases as the console, for a member's own programs, by personal tokens of narrow scope."""
