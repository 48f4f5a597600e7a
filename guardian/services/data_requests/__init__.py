"""What those concerned ask about what is kept of them, and how it is answered."""
