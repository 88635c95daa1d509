"""Events and programmes."""
