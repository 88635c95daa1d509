"""What Prefect is told in every process of an installation, and which secrets each process is not given."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

from flows.door.keys import INTERNAL, PEOPLE, DoorKeys

PREFECT = {
    # three channels that phone home (analytics, SDK telemetry, promotion)
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
    "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
    "PREFECT_UI_API_URL": "/api",  # of whatever name the browser found us under: no other origin is asked
    # a request of each process, before a warning; the versions of one lock file are the same on both sides
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "86400",  # read by nothing here; there is no "never"
    "PREFECT_WORKER_QUERY_SECONDS": "2",  # how soon an editor's Resume is seen; twice that by an idle fleet
    "PREFECT_LOGGING_COLORS": "false",
    # the server ends its own rows: runs with their forms, logs and artifacts, and events
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
}

STAMP_KEY = "BOLLETTINO_STAMP_KEY"
CODES = "BOLLETTINO_TOTP_.*"  # the secrets of codes that forms ask for, until persons sign in
PREFECT_DATABASE, REDIS_PASSWORD = "BOLLETTINO_PREFECT_DATABASE", "BOLLETTINO_REDIS_PASSWORD"
OWN_DATABASE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"  # as Prefect calls it
_PEOPLE = "BOLLETTINO_(PREFECT_AUTH|OIDC_SECRET)"  # by which the door knows them, or has them known
_CREDENTIALS = f"PREFECT_(SERVER_)?API_AUTH_STRING|{INTERNAL}"
# their addresses hold passwords
_OWN_DATABASE = (
    f"{PREFECT_DATABASE}|{OWN_DATABASE}|{REDIS_PASSWORD}|PREFECT_REDIS_.*|PREFECT_SERVER_DOCKET_URL"
)
_COPIES = "BOLLETTINO_BACKUP_.*"  # of the account where copies are sent
_WHERE = "BOLLETTINO_(?!(PROFILE|STATE|FLEET)$).*"  # all of ours but where the installation is
# what its page Redazione reads, and its own credentials
_DOOR = (
    "BOLLETTINO_(?!(PROFILE|STATE|FLEET|DATABASE|PREFECT_(AUTH|INTERNAL|DATABASE)|STAMP_KEY|OIDC_SECRET)$).*"
)

# A process -> the variables that it has no use for. The flows judge one-time codes, write letters and send.
WITHHELD = {
    "sandbox": (_WHERE, _CREDENTIALS, _OWN_DATABASE),
    "prefect": (_DOOR,),
    "gate": (_OWN_DATABASE, _COPIES),
    "worker": (_PEOPLE, STAMP_KEY, "PREFECT_SERVER_API_AUTH_STRING", _OWN_DATABASE, _COPIES),
    "pg": ("BOLLETTINO_.*", _CREDENTIALS, _OWN_DATABASE),  # PostgreSQL's own tools
    # the jobs of the machine's clock; `doctor` looks at everything
    "watchdog": (
        "BOLLETTINO_(?!(PROFILE|STATE|FLEET|DATABASE|WHATSAPP_TOKEN|(MAIL|PHONE)_.*)$).*",
        _CREDENTIALS,
        _OWN_DATABASE,
    ),
    "backup": (
        "BOLLETTINO_(?!(PROFILE|STATE|FLEET|(PREFECT_)?DATABASE|ENCRYPTION_KEYS|LOOKUP_KEY|BACKUP_.*)$).*",
        _CREDENTIALS,
    ),
    "drill": (_PEOPLE, STAMP_KEY, _CREDENTIALS),
    "web": (
        *(_PEOPLE, STAMP_KEY, _CREDENTIALS, _OWN_DATABASE, _COPIES),
        "BOLLETTINO_((TOTP|PHONE|MAIL)_.*|LLM_KEY)",
    ),
}


def credentials(keys: DoorKeys) -> dict[str, str]:
    """Our processes and the server itself know the installation's own; the people's the door alone."""
    if not keys.internal:
        return {}
    return {"PREFECT_API_AUTH_STRING": keys.internal, "PREFECT_SERVER_API_AUTH_STRING": keys.internal}


def of_prefect(address: str | None) -> dict[str, str]:
    """What Prefect is told of a database of its own on PostgreSQL, by the driver that it has."""
    if not address:
        return {}
    return {OWN_DATABASE: re.sub(r"^postgres(ql)?(\+\w+)?:", "postgresql+asyncpg:", address)}


def of_server(
    state: Path, address: str, *, database: str | None, keys: DoorKeys, days: int, no_proxy: Iterable[str]
) -> dict[str, str]:
    """What every process is told of the Prefect server at `address`: its files lie in `state`, and it forgets
    runs and events after `days`. `no_proxy`: what else is reached without the proxy of the town hall.
    """
    return {
        "PREFECT_HOME": str(state / "prefect"),
        "PREFECT_API_URL": f"{address}/api",
        **PREFECT,
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": f"P{days}D",
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{days}D",
        # a proxy must not stand between our own processes
        "NO_PROXY": ",".join([*no_proxy, "127.0.0.1,localhost,::1"]),
        **of_prefect(database),
        **credentials(keys),
    }


def of_many(redis: str, password: str) -> dict[str, str]:
    """What each of several processes of one server is told (Prefect 3.9.1, prefect-redis 0.3.0): where it is
    not said, all of this is in the memory of one process, or on this machine. `redis`: scheme://host:port.
    """
    scheme, _, place = redis.partition("://")
    before = f":{quote(password, safe='')}@" if password else ""
    at = [f"{scheme}://{before}{place}/{number}" for number in range(3)]
    return {
        "PREFECT_SERVER_EVENTS_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
        "PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE": "prefect_redis.cleanup_queue",
        "PREFECT_REDIS_MESSAGING_URL": at[0],
        "PREFECT_SERVER_DOCKET_URL": at[1],
        "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL": at[2],
        "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false",  # who comes first does it, and the others wait
        # kinds of blocks, of which we use none: two servers that start together add the same, and one ends
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    }


FOLDER = "CREDENTIALS_DIRECTORY"  # of what systemd's LoadCredential= hands over, a file a credential
# Where the installation is a fleet's: what all its Comuni share. STATE is the folder of their state folders.
FLEETS = ("BOLLETTINO_FLEET", "BOLLETTINO_STATE", PREFECT_DATABASE, REDIS_PASSWORD, INTERNAL, PEOPLE)


def handed_over(environment: Mapping[str, str], slug: str = "") -> dict[str, str]:
    """The secrets that a unit was handed over in files, by the names that they have in an environment; of a
    fleet those of the Comune `slug`, whose files are called `<slug>_<variable>`.
    """
    if not (folder := environment.get(FOLDER)) or not Path(folder).is_dir():
        return {}
    before = f"{slug}_" if slug else ""
    names = [name for name in os.listdir(folder) if name.startswith(f"{before}BOLLETTINO_")]  # noqa: PTH208  of all Comuni: Path.iterdir takes four times as long
    return {
        name.removeprefix(before): Path(folder, name).read_text(encoding="utf-8").strip() for name in names
    }


def of_fleet(environment: Mapping[str, str]) -> dict[str, str]:
    """Of a process's environment what is the fleet's, and so every Comune's: of ours only `FLEETS`, and what
    leads to no file of a Comune's.
    """
    whole = {**environment, **handed_over(environment)}
    ours = re.compile(f"BOLLETTINO_.*|{FOLDER}")
    return {name: value for name, value in whole.items() if name in FLEETS or not ours.fullmatch(name)}


def given_to(process: str, environment: Mapping[str, str], *, signs_in: bool = False) -> dict[str, str]:
    """The environment of one process: what it has no use for cannot be read from it, nor from the files that
    this one was handed over. Where persons sign in, no process judges codes of the environment.
    """
    codes = (CODES,) if signs_in and process else ()
    withheld = re.compile("|".join([FOLDER, *codes, *WITHHELD.get(process, ())]))
    return {name: value for name, value in environment.items() if not withheld.fullmatch(name)}


def origins(ui: str, port: int) -> tuple[str, ...]:
    """Of the server as the editors' browsers reach it, then as this machine does."""
    return tuple(map(origin, (ui, f"http://127.0.0.1:{port}", f"http://localhost:{port}")))


PORTS = {"https": 443, "http": 80}  # that browsers leave out


def origin(address: str) -> str:
    """scheme://host[:port] of an address, as a browser tells it."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.removesuffix(f':{PORTS.get(parts.scheme)}')}".lower()


def hosts(origin: str) -> set[str]:
    """Spellings of its host in a request: with the port, and without it where the scheme tells it."""
    scheme, host = origin.split("://", 1)
    port = PORTS.get(scheme)
    return {host} if re.search(r":\d+$", host) else {host, f"{host}:{port}"}
