"""Categories and custom fields."""
