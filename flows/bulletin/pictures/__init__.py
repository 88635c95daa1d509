"""Pictures for a page: a phone, a send, an audience; SVG, as `data:` addresses."""
