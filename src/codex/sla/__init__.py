"""Service targets and clocks."""
