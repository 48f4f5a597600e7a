"""Pure policy: what is allowed, due, enough, or to be disclosed. Standard library only; `now` is always an argument.

Nothing here reads a clock, a file, a database or a network, and nothing here raises: a rule answers with a value.
"""
