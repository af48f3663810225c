"""Words every floor shares; no database, no domain."""
