"""Announce a list of accounts and restrict them together, step by step."""
