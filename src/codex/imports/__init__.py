"""What other desks kept, read and turned into Codex' own commands; pure: no database, no clock."""
