"""When cases are forgotten, what keeps them, and the forgetting itself.

Holds back what anybody could read of it: `reading_room` reads. Policy: P-9.5.
"""
