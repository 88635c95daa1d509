"""The web app of a fleet: one process for the citizens' side of all its Comuni."""
