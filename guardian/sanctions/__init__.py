"""Sanctions and their reconciliation: what was decided, what is wanted now, what the spaces hold, how it ends."""
