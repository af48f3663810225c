"""Pages: people use the desk through these."""
