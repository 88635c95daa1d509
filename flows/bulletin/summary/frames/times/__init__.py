"""Days, hours and terms: read where they stand, written as one says them."""
