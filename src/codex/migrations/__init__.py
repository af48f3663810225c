"""How the schema came about, step by step; `codex.db.migrate` walks the steps."""
