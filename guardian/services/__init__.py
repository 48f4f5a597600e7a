"""The use cases: one package a feature. Pages, commands and connectors ask here and nowhere else."""
