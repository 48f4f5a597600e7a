"""Let members in by one-time links, and keep, list and end their sessions."""
