"""What web and api share: who asks, errors, headers, metrics."""
