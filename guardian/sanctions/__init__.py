"""What was decided: sanctions, what they ask of the spaces now, how they are imposed and how they end."""
