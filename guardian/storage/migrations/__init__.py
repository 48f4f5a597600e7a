"""How the tables change from release to release: add first, remove one release later. Run by `guardian db upgrade`."""
