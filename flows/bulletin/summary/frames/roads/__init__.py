"""Road works, closures of streets, cuts of water, power and gas."""
