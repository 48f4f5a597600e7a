"""Enact what was decided, word it, and close the case."""
