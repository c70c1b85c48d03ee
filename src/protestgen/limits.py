"""Bounds on what a campaign and a row may hold: generous, and told when met."""

# A file of a campaign, in bytes, and how deep its YAML is nested.
MAX_FILE = 10_000_000
MAX_DEPTH = 50
