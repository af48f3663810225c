"""`codex …`: every command of the shell, one module per group."""

from codex.cli.root import main

__all__ = ["main"]
