"""The database: connections, one transaction per change, keyset pages."""
