"""How long one run lets a server keep it waiting."""

from typing import Any

import pytest

from scrapers.errors import TemporaryError
from scrapers.fetching.patience import BUDGET, LONGEST_WAIT, OutOfPatience, Patient
from tests.world.comune import Comune


def test_a_run_waits_for_one_host_only_so_long_and_then_leaves_it_alone(comune: Comune) -> None:
    asked: list[str] = []
    slept: list[float] = []

    async def busy(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        headers = [(b"retry-after", str(int(LONGEST_WAIT)).encode())]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    comune.loopback.app = busy
    site = comune.loopback.address
    with Patient(user_agent="test", pause=0, sleep=slept.append) as client:
        with pytest.raises(TemporaryError, match="answers 503"):
            client.whole(f"{site}/novita/1")
        assert sum(slept) == BUDGET
        with pytest.raises(OutOfPatience, match="after 30 minutes of waiting it is left alone"):
            client.whole(f"{site}/novita/2")
        with pytest.raises(OutOfPatience, match=r"127\.0\.0\.1 asks again and again to wait"):
            client.whole(f"{site}/novita/3")
        client.require_patience(site.replace("127.0.0.1", "localhost"))  # another host is not to blame
    assert asked == ["/novita/1"] * 3 + ["/novita/2"]
    assert sum(slept) == BUDGET


def test_what_is_no_address_costs_no_patience() -> None:
    with Patient(user_agent="test", pause=0, sleep=lambda _: None) as client:
        client.require_patience("http://[")
        client.require_patience("")
