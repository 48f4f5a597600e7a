"""Ask an adviser into one case, let them read what they need of it and advise, and end it."""
