"""The search for numbers finds one in any dress, and nothing where there is none."""

import base64
import gzip
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world.traces import in_file, national, traces

PHONE = "+393331234567"
DRESSES: dict[str, Callable[[str], bytes]] = {
    "clear": str.encode,
    "without prefix": lambda phone: phone.removeprefix("+39").encode(),
    "groups": lambda phone: f"{phone[:3]} {phone[3:6]} {phone[6:9]} {phone[9:]}".encode(),
    "dashes": lambda phone: f"{phone[3:6]}-{phone[6:]}".encode(),
    "dots and slash": lambda phone: f"{phone[3:6]}/{phone[6:9]}.{phone[9:]}".encode(),
    "hard spaces": lambda phone: f"{phone[3:6]}\N{NO-BREAK SPACE}{phone[6:]}".encode(),
    "groups in a URL": lambda phone: quote(f"{phone[:6]} {phone[6:]}").encode(),
    "percent": lambda phone: "".join(f"%{ord(one):02X}" for one in phone).encode(),
    "escapes": lambda phone: "".join(f"\\u{ord(one):04x}" for one in phone).encode(),
    "bytes of Python": lambda phone: "".join(f"\\x{ord(one):02x}" for one in phone).encode(),
    "entities": lambda phone: "".join(f"&#{ord(one)};" for one in phone).encode(),
    "hex entities": lambda phone: "".join(f"&#x{ord(one):x};" for one in phone).encode(),
    "hex": lambda phone: phone.encode().hex().encode(),
    "hex in pairs": lambda phone: phone.encode().hex(" ").upper().encode(),
    "utf-16": lambda phone: phone.encode("utf-16"),
    "utf-16, the other order": lambda phone: phone.encode("utf-16-be"),
    "base64": lambda phone: base64.b64encode(phone.encode()),
    "base64 for URLs": lambda phone: base64.urlsafe_b64encode(b"\xff\xfe\xfd" + phone.encode()),
    "base64 without its padding": lambda phone: base64.b64encode(phone.encode()).rstrip(b"="),
    "base64 in lines": lambda phone: base64.encodebytes(b"x" * 50 + phone.encode() + b"y" * 50),
    "base64 in lines in JSON": lambda phone: json.dumps(
        base64.encodebytes(b"x" * 50 + phone.encode()).decode()
    ).encode(),
    "base64 twice": lambda phone: base64.b64encode(base64.b64encode(phone.encode())),
    "base64 of groups": lambda phone: base64.b64encode(f"{phone[3:6]} {phone[6:]}".encode()),
    "a wamid": lambda phone: b"wamid." + base64.b64encode(b"\x1d\x05\x0c" + phone[1:].encode() + b"\x15\x02"),
    "gzip": lambda phone: gzip.compress(phone.encode()),
    "gzip in base64": lambda phone: base64.b64encode(gzip.compress(phone.encode())),
}


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("before", [b"", b"a", b"ab ", b"\0\1", b'{"to": "'])
def test_a_number_is_found_in_every_dress(dress: str, before: bytes) -> None:
    raw = before + DRESSES[dress](PHONE) + b'"}'
    assert traces(raw, [national("+393470000000"), national(PHONE)]), raw
    assert not traces(raw, [national("+393470000000")])


@given(st.binary(max_size=400), st.binary(max_size=400), st.sampled_from(sorted(DRESSES)))
def test_whatever_stands_around_it(before: bytes, after: bytes, dress: str) -> None:
    """Base64 that runs into other base64 cannot be told apart from it: a blank stands between."""
    assert traces(before + b" " + DRESSES[dress](PHONE) + b" " + after, [national(PHONE)])


@given(st.text(st.sampled_from("0123456789 -+=/abcXYZ%\\u"), max_size=300))
def test_bytes_at_random_hold_no_number(text: str) -> None:
    raw = text.encode().replace(b"333", b"")
    assert not traces(raw, [national(PHONE)])


def test_a_row_that_was_deleted_still_stands_in_the_file_of_a_database(tmp_path: Path) -> None:
    """Why our databases need `secure_delete`: the search reads files, not rows."""
    path = tmp_path / "some.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE t (x)")
        connection.executemany("INSERT INTO t VALUES (?)", [(f"{PHONE}-{n}",) for n in range(50)])
        connection.commit()
        connection.execute("DELETE FROM t")
        connection.commit()
    connection.close()
    assert "clear" in in_file(path, [national(PHONE)])


def test_a_number_is_sought_without_its_prefix() -> None:
    assert national("+393331234567") == national("393331234567") == b"3331234567"
