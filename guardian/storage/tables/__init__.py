"""The tables, one module a feature, all on the metadata of `base`; `everything` makes the metadata complete."""
