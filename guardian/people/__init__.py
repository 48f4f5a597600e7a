"""Humans: persons and their accounts, members and their roles, and who may do what. No case is known here."""
