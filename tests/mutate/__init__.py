"""Defects planted one at a time, each named for what it would do to somebody, to see that a test notices it."""
