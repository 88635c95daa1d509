"""What anybody may read in a browser."""
