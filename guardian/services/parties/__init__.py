"""Answer the person whom a case or a sanction concerns, on their personal page."""
