"""The console: the pages on which members, moderators and the Board work, behind a session of their own."""
