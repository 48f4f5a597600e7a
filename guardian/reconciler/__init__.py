"""Make the spaces hold what was decided: observe, plan, act, confirm. Decides nothing."""
