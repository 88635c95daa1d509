"""WhatsApp's Cloud API: what is sent, what comes back, and what each answer means. Knows nothing of ours."""
