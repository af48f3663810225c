"""`codex …`: every command of the shell, one module per group; `serving` and `working` are slim processes."""
