"""What goes into a slot's bulletin, in which order, and what stays out and why."""
