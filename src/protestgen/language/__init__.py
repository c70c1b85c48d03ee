"""What is particular to a language: forms of address, dates and grammar, as data."""
