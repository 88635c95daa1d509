"""Two editors, and the secrets of their one-time codes."""

import base64

from flows.profiles.comune import Editor

ANNA = Editor(name="Anna Redazione", email="anna@comune.esempio.mi.it")
BRUNO = Editor(name="Bruno Vice", email="bruno@comune.esempio.mi.it")
SECRETS = {one.id: base64.b32encode(one.id.encode().ljust(20, b"x")[:20]).decode() for one in (ANNA, BRUNO)}
