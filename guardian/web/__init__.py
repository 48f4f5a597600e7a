"""The pages: reporting, following up, the personal page, the reading room, and the doors for programs. No rule stands here."""
