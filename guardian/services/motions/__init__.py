"""What the organisers read before a motion on a proposal, and the motion that they record."""
