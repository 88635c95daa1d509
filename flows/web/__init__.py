"""The citizens' side: the provider's webhook, the answers to what citizens write, and the public pages."""
