"""Pages of the open sandbox: the emulated community to look at and to act in, as whoever lives there. The sandbox's alone."""
