"""Show each member what waits for them, the soonest due first, and who has said that they see to it."""
