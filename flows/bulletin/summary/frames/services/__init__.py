"""Services, hours, health, campaigns."""
