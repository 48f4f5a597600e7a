"""Pause something of a whole space for a while, have another member look at it, and open it again."""
