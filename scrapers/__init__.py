"""The outside world, read: bytes become feeds, pages and alerts, or one named error."""
