"""Adapters to the spaces: the same file names in each room, so that knowing one is knowing all.

A connector translates and carries; it never judges, and never talks to another connector.
"""
