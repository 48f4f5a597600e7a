"""Set up, watch and explain the service; run what is due."""
