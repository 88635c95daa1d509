"""The editors' page *Redazione*: what waits, what leaves, what was sent; it decides nothing itself."""
