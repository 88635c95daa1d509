"""Looks at the promises of the service from outside Prefect, and speaks where one is broken."""
