"""Shells."""

from shells import bare_shell, shell  # noqa: F401 - fixtures
