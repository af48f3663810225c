"""`python -m codex` is `codex`."""

from codex.cli import main

main()
