"""What a site keeps of its past, by the ways that sites have: one module a way, each a lazy walk."""
