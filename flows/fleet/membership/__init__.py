"""Who belongs to a fleet, by an operator's hand: taken in, settled, looked at, let go."""
