"""Keep who is on duty: periods, swaps, times away, and who is told of a new report first."""
