"""The guides in `docs/` held against the code: what they name is there, and what is there they name."""
