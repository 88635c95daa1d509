"""Copies of an installation that are encrypted, checked, restored and tried."""
