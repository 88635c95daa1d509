"""What the web app of a fleet costs: `make bench` or `python -m tests.bench.fleet_web [COMUNI ...]`.

Takes a quarter of an hour. An SQLite file each, nobody's word waiting. Memory and CPU of the one process: at
rest, where it looks at each once a minute; after each was asked for a page; after a post for each, which is
handled and answered by nobody; once all is closed again. What the Comuni have in common is told apart from
what each costs by folders of two sizes.
"""

import asyncio
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.bench.fleet import ROOT, number_of, settle
from tests.world.fleet import Land, land
from tests.world.ports import free_ports
from tests.world.towns import Issuer

SIZES = (30, 300)
LOOKS = 3  # minutes at rest
SECRET = "app-secret-of-all"

Figures = dict[str, float]


@contextmanager
def serving(here: Land, port: int, log: Path) -> Iterator[psutil.Process]:
    here.say(f"[web]\nport = {port}\n")
    command = [sys.executable, "-m", "flows", "web"]
    with log.open("wb") as file, subprocess.Popen(command, cwd=ROOT, env=os.environ, stderr=file) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


def told(process: psutil.Process) -> Figures:
    times = process.cpu_times()
    return {
        "cpu": times.user + times.system,
        "mb": process.memory_full_info().uss / 2**20,
        "files": process.num_fds(),
    }


async def asked(address: str, paths: list[str]) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        for path in paths:
            (await client.get(path)).raise_for_status()


async def posted(address: str, comuni: int) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        for comune in range(comuni):
            value = {"metadata": {"phone_number_id": number_of(comune)}, "event": "OF_NO_INTEREST"}
            entry = {"id": "200000000000001", "changes": [{"field": "flows", "value": value}]}
            raw = json.dumps({"entry": [entry]}).encode()
            digest = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
            headers = {"X-Hub-Signature-256": f"sha256={digest}"}
            (await client.post("/webhook", content=raw, headers=headers)).raise_for_status()


def up(address: str, comuni: int) -> None:
    for _ in range(600):
        try:
            known = httpx.get(f"{address}/salute").json()["comuni"]
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        if known != comuni:
            sys.exit(f"bench: {known} of {comuni} Comuni are served; nothing is told")
        return
    sys.exit("bench: the web app does not come up")


def measured(comuni: int, *, looks: int = LOOKS) -> dict[str, Figures]:
    """By what it went through until then."""
    folder = Path(tempfile.mkdtemp(prefix="bollettino-fleet-web-"))
    issuer = Issuer()
    found: dict[str, Figures] = {}
    try:
        with pytest.MonkeyPatch.context() as patch:
            here = land(folder, patch)
            settle(here, issuer, comuni, folder)
            for slug in here.fleet.slugs:
                here.give(slug, "BOLLETTINO_APP_SECRETS", SECRET)
            (port,) = free_ports(1)
            address = f"http://127.0.0.1:{port}"
            with serving(here, port, folder / "web.log") as process:
                up(address, comuni)
                time.sleep(30)  # the first look is over
                found["begun"] = told(process)
                time.sleep(60 * looks)
                found["rest"] = told(process)
                asyncio.run(asked(address, [f"/{slug}/" for slug in here.fleet.slugs]))
                found["pages"] = told(process)
                asyncio.run(posted(address, comuni))
                time.sleep(15)
                found["posts"] = told(process)
                time.sleep(90)
                found["after"] = told(process)
    finally:
        issuer.close()
        shutil.rmtree(folder, ignore_errors=True)
    return found


def main(sizes: tuple[int, ...]) -> None:
    all_found = {}
    for comuni in sizes:
        found = all_found[comuni] = measured(comuni)
        hour = (found["rest"]["cpu"] - found["begun"]["cpu"]) * 60 / LOOKS
        page = 1000 * (found["pages"]["cpu"] - found["rest"]["cpu"]) / comuni
        post = 1000 * (found["posts"]["cpu"] - found["pages"]["cpu"]) / comuni
        print(
            f"{comuni} Comuni, load of the machine {os.getloadavg()[0]:.1f}: "
            f"start {found['begun']['cpu']:.1f} s; "
            f"at rest {hour:.0f} s of CPU an hour, {hour / 3600:.3f} core; "
            f"a Comune's first page {page:.1f} ms, a post {post:.1f} ms"
        )
        for name, one in found.items():
            print(f"  {name:<6} {one['mb']:5.0f} MB, {one['files']:4.0f} descriptors", flush=True)
    if len(sizes) > 1:
        small, large = sizes[0], sizes[-1]
        for name in ("begun", "rest", "pages", "posts", "after"):
            each = (all_found[large][name]["mb"] - all_found[small][name]["mb"]) / (large - small)
            print(f"  {name:<6} {each:.2f} MB a Comune")


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
