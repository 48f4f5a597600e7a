"""Change who holds which office, and end somebody's access in the instant in which they leave."""
