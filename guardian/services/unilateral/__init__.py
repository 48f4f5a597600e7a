"""Let one member act at once, have the group review it, stop a member."""
