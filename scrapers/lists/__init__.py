"""Pages that list articles."""
