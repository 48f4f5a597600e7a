"""Impose what was decided, notify of its end, answer requests to return."""
