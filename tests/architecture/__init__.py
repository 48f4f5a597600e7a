"""The shape of the house, checked: direction of imports, manners, lock files."""
