"""`python -m codex` is `codex`."""

from codex.cli.root import main

main()
