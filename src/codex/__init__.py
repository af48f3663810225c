"""Codex: a ticketing system that can answer why."""
