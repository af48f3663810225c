"""The demo world: people, teams and tickets that look lived in, made by the real commands."""
