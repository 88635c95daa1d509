"""Ports of the loopback that nobody listens on, for the servers that a test or a bench starts.

They lie below those that Linux lends to whoever connects (32768 and up): of these, one found free was
lent to another connection before its own server had come to bind it.
"""

import os
import re
import socket
from collections.abc import Iterator, Mapping
from itertools import count, islice

_FIRST, _MANY = 16_000, 2_000  # for each process of the tests, so that no two of them take the same
_START = _FIRST + _MANY * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8)


def free_ports(many: int) -> list[int]:
    """Ports that this process has not been given before."""
    return list(islice(quiet_ports, many))


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


quiet_ports: Iterator[int] = filter(_is_free, (_START + turn % _MANY for turn in count(os.getpid())))
"""Without end: each of the process's ports once, then from the beginning."""


def with_ports(text: str, ports: Mapping[str, int]) -> str:
    """`text` with each port in its place, all at once: the one drawn may hold another's figures (18600)."""
    return re.sub(rf"\b(?:{'|'.join(ports)})\b", lambda found: str(ports[found[0]]), text)
