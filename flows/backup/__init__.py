"""Copies of an installation that are encrypted, checked, sent elsewhere, restored and tried."""
