"""Pass a matter from moderators to the group, to the Board, and back."""
