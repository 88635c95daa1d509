"""One cookie of the door: of this host alone, out of reach of scripts, and over TLS never in clear."""

from http.cookies import CookieError, SimpleCookie
from typing import Literal

from flows.door.asgi import Scope


class Cookie:
    """`name`: of one host a browser sends all of them to all ports. A `Lax` one comes also with a link of
    another site, a `Strict` one with nothing that another site begins.
    """

    def __init__(self, name: str, *, is_tls: bool, same_site: Literal["Strict", "Lax"] = "Strict") -> None:
        self._name = f"__Host-{name}" if is_tls else name
        self._attributes = f"; Path=/; HttpOnly; SameSite={same_site}{'; Secure' if is_tls else ''}"

    def value(self, scope: Scope) -> str:
        """What the browser keeps; "" where it keeps nothing, or two things."""
        lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"]
        found = [
            part.strip().removeprefix(f"{self._name}=")
            for part in ";".join(lines).split(";")
            if part.strip().startswith(f"{self._name}=")
        ]
        if len(found) != 1:
            return ""
        try:
            morsels = SimpleCookie(f"x={found[0]}")
        except CookieError:
            return ""
        return morsels["x"].value if "x" in morsels else ""

    def kept(self, value: str, seconds: int) -> tuple[bytes, bytes]:
        """The header by which a browser keeps it from now on."""
        return (b"set-cookie", f"{self._name}={value}; Max-Age={seconds}{self._attributes}".encode())

    def forgotten(self) -> tuple[bytes, bytes]:
        return self.kept("", 0)
