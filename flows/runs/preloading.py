"""What Prefect (3.9.1) does anew in each run, done once in the process that is copied for runs.

Of the 0.39 s of CPU of a form that opens the certificates took 72 ms, what is imported late 40, and 30 the
models, whose checks pydantic builds at their first use.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, wraps
from pathlib import Path
from typing import Any

import certifi
from prefect.client.orchestration import PrefectClient, SyncPrefectClient
from prefect.settings import get_current_settings
from pydantic import BaseModel

SPOKEN = ("prefect.artifacts", "prefect.client.", "prefect.events.")  # whose models its API is spoken with


def prepare() -> None:
    """In the process that is copied, before it is."""
    # imported by its engine, its clients and its console when they come to it
    import encodings.idna
    import encodings.utf_16_le  # noqa: F401
    import stringprep  # noqa: F401

    import anyio._backends._asyncio  # noqa: F401
    import prefect._internal.observers
    import prefect.deployments.steps.core
    import prefect.deployments.steps.pull
    import prefect.deployments.steps.utility
    import prefect.runner  # noqa: F401
    import rich._emoji_codes  # noqa: F401

    for model in _models(BaseModel):
        if not model.__pydantic_complete__ and model.__module__.startswith(SPOKEN):
            model.model_rebuild(raise_errors=False)  # one that cannot be is Prefect's own affair
    share_certificates()


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


def share_certificates() -> None:
    """From now on in this process and its copies: a run makes eleven clients of Prefect's, and each read the
    140 certificates, 7 ms a time. Whoever told Prefect to look at none is heard as before.
    """
    for client in (PrefectClient, SyncPrefectClient):
        client.__init__ = _with_certificates(client.__init__)  # type: ignore[method-assign]
    if not get_current_settings().api.tls_insecure_skip_verify:
        with suppress(OSError):  # not there, half written: the run's own client says so
            _certificates()


def _with_certificates(as_made: Callable[..., None]) -> Callable[..., None]:
    @wraps(as_made)
    def made(self: Any, *args: Any, httpx_settings: dict[str, Any] | None = None, **others: Any) -> None:
        given = dict(httpx_settings or {})
        if not get_current_settings().api.tls_insecure_skip_verify:
            given.setdefault("verify", _certificates())
        as_made(self, *args, httpx_settings=given, **others)

    return made


def _certificates() -> ssl.SSLContext:
    """Of the file that Prefect is told, as it is now: an operator's own is renewed under a worker at work."""
    file = Path(get_current_settings().api.ssl_cert_file or certifi.where())
    return _of(file, file.stat().st_mtime_ns)


@cache
def _of(file: Path, _written: int) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=file)
