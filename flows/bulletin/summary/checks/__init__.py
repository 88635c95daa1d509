"""What no text may have: the gate, and what it looks for."""
