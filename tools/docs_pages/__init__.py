"""One module per generated page of docs/; `page()` renders it."""
