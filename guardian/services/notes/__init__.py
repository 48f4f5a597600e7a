"""Keep what the group writes in a case: its thread, its assessment, its findings."""
