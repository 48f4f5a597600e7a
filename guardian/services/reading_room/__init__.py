"""Show a member the confidential texts of one case, in a session that ends."""
