"""What a citizen means by a message."""
