"""What Prefect does anew in each run, done once in the process that runs are copied from."""

import os
import subprocess
import sys
from pathlib import Path

import certifi
import pytest

# how often certificates were read afterwards, what clients hold, and what was left to be built or imported
PROGRAM = """
import ssl, sys
read = ssl.create_default_context
files = []
def counted(*given, cafile=None):
    files.append(cafile)
    return read(*given, cafile=cafile)
ssl.create_default_context = counted
from flows.runs import preloading
preloading.prepare()
files.clear()
imported = set(sys.modules)
import asyncio
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.events.filters import EventFilter

async def held():
    async with get_client() as client:
        return client._client._transport._pool._ssl_context

found = []
for given in (None, {"timeout": 5}):
    with get_client(sync_client=True, httpx_settings=given) as client:
        found.append(client._client._transport._pool._ssl_context)
assert client._client.timeout.read == 5
found.append(asyncio.run(held()))
if len(sys.argv) > 1:
    with open(sys.argv[1], "a") as renewed:
        renewed.write("\\n")
    with get_client(sync_client=True) as client:
        found.append(client._client._transport._pool._ssl_context)
print(len(files), len(set(map(id, found))), {one.verify_mode.name for one in found})
print(FlowRun.__pydantic_complete__, EventFilter.__pydantic_complete__)
import prefect.deployments.steps.core, prefect._internal.observers
print(sorted(set(sys.modules) - imported))
"""


READY = "from flows.runs import preloading; preloading.prepare(); print('ready')"


def run(
    tmp_path: Path, words: str, environment: dict[str, str], program: str = PROGRAM
) -> "subprocess.CompletedProcess[str]":
    given = {**os.environ, "PREFECT_HOME": str(tmp_path), "PREFECT_API_URL": "http://127.0.0.1:9/api"}
    ended = subprocess.run(
        [sys.executable, "-c", program, *words.split()],
        cwd=Path(__file__).parents[1],
        env={**given, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended


def said(tmp_path: Path, words: str = "", **environment: str) -> list[str]:
    return run(tmp_path, words, environment).stdout.splitlines()


@pytest.mark.slow  # it imports Prefect in a process of its own
def test_its_clients_share_the_certificates_and_nothing_is_left_to_import(tmp_path: Path) -> None:
    certificates, models, imported = said(tmp_path)
    assert certificates == "0 1 {'CERT_REQUIRED'}", "read before, and each client holds to them"
    assert models == "True True"
    assert imported == "[]"


@pytest.mark.slow
def test_certificates_that_are_not_there_keep_no_process_from_being_ready(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.pem")
    told = {"PREFECT_API_SSL_CERT_FILE": gone, "PREFECT_API_TLS_INSECURE_SKIP_VERIFY": "true"}
    assert said(tmp_path, **told)[0] == "3 3 {'CERT_NONE'}"
    ended = run(tmp_path, "", {"PREFECT_API_SSL_CERT_FILE": gone}, program=READY)
    assert ended.stdout == "ready\n"


@pytest.mark.slow
def test_who_told_prefect_to_look_at_no_certificate_is_heard(tmp_path: Path) -> None:
    certificates, _, _ = said(tmp_path, PREFECT_API_TLS_INSECURE_SKIP_VERIFY="true")
    assert certificates == "3 3 {'CERT_NONE'}"


@pytest.mark.slow
def test_certificates_that_were_renewed_are_read_again(tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_bytes(Path(certifi.where()).read_bytes())
    certificates, _, _ = said(tmp_path, str(own), PREFECT_API_SSL_CERT_FILE=str(own))
    assert certificates == "1 2 {'CERT_REQUIRED'}"
