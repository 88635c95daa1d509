"""Around a send: the checks before it, what holds it, and the certificate and costs after it."""
