"""People, teams, and who is asking."""
