"""Guardian: takes reports, lets a working group decide, makes each decision hold in every space, and ends it on time."""
