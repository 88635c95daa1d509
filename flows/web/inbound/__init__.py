"""What citizens and WhatsApp send us: stored, understood, answered."""
