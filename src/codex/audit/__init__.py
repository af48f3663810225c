"""What administrators did."""
