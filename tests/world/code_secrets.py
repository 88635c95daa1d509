"""Two editors, the secrets of their one-time codes, and what a provider of theirs knows the door by."""

import base64

from flows.profiles.comune import Editor

ANNA = Editor(name="Anna Redazione", email="anna@comune.esempio.mi.it")
BRUNO = Editor(name="Bruno Vice", email="bruno@comune.esempio.mi.it")
SECRETS = {one.id: base64.b32encode(one.id.encode().ljust(20, b"x")[:20]).decode() for one in (ANNA, BRUNO)}
OIDC_SECRET = "made-up-oidc-secret"  # only a profile with `[sign_in.oidc]` asks for it
