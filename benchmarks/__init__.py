"""Measurements of the bot beside its yardsticks; run with `python -m benchmarks`."""
