"""Benchmarks of protestgen, which compare times of the same run."""
