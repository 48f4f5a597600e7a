"""Ask named humans to do by hand, in spaces without a connector, what was decided, and take their answers."""
