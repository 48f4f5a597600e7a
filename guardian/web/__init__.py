"""The pages: reporting, following up, the personal page, the reading room, what programs call. No rule stands here."""
