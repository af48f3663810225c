"""Measures the product beside raw SQL: `python -m bench`, or `bin/bench`. See docs/howto/benchmark.md."""
