"""Tickets: their life, their conversation, their history."""
