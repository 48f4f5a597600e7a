"""Reports and the matters they belong to: intake, deliberation, decision. Knows no space, no page and no sanction."""
