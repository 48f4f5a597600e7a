"""The sections of a policy file, each a frozen value; which of them contradict each other. `rules.policy` joins them."""
