"""What lies on an agent's desk: saved views, canned responses."""
