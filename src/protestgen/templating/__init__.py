"""Jinja templates: environment, sandbox, limits, diagnostics, blocks."""
