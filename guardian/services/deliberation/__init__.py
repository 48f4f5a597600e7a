"""Propose, vote, hear the person and ask the reporters: how a group comes to a decision."""
