"""Exclude from a case whomever it may concern, and decide on those who wait for a chair's word."""
