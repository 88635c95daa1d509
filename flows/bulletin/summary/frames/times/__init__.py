"""Days, hours, terms and prices: read where they stand, written as one says them."""
