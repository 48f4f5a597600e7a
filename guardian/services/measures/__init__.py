"""Set a moderator's own timed measures, and adopt what was done with a space's own menus."""
