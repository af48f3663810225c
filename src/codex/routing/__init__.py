"""Where a new ticket goes."""
