"""The inbound door: one module of use cases a feature. Pages, commands and connectors ask here and nowhere else."""
