"""What the service tells people: the letters of a bulletin, alarms, calls, reports, and who answers."""
