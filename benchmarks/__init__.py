"""Measurements of protestgen, each a ratio within one run."""
