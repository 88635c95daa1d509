"""The addresses that may be asked, and asking them."""
