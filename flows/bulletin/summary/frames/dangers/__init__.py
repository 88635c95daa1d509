"""Alerts, recalls, and what an ordinance forbids or obliges to."""
