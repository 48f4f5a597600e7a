"""Storage remembers and never judges; SQL stands nowhere else. Stores take and return our values, never rows.

One `Database` hides the two kinds; one `SqlUnitOfWork` is one transaction with its stores and its journal, flushed
last.
"""
