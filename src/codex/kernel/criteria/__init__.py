"""The one grammar of conditions (rules.md): parsed to a typed tree, tested in memory, and explained.

What can be asked about, and the same tree as SQL, is not here: `codex.tickets.criteria` has the fields of a ticket,
`codex.db.criteria_sql` the predicate.
"""
