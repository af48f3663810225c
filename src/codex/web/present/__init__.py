"""From facts and rows to what stands on a page: words, times, views."""
