"""The Comuni of a fleet beside each other, for who runs the service: sums and health, and never a person."""
