"""What a rule or policy would have done: recorded facts replayed against a draft, in a transaction that only reads."""
