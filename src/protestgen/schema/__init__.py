"""YAML and values: text with its place in a file, read into typed structs."""
