"""How editors and operators are reached: mail, calls, SMS, and who is on duty."""
