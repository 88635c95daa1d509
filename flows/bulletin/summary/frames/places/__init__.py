"""Streets, and what opens and closes."""
