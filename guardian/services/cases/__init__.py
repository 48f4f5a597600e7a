"""List cases, assign their contact, follow evasion."""
