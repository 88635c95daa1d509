"""A PostgreSQL of the machine's own, with what Debian packs beside it (Prefect's server needs `pg_trgm`)."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil

from flows.settings import ROOT
from tests.world.installation import wait_for
from tests.world.process import Process

DEBIAN = Path("/usr/lib/postgresql")  # a folder a version
OWNER = "postgres"  # as root, whom PostgreSQL refuses to serve


def _binaries() -> Path | None:
    found = [folder for folder in DEBIAN.glob("*/bin") if (folder / "initdb").is_file()]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


def is_here() -> bool:
    return _binaries() is not None


class Cluster:
    """On loopback, with a folder of its own, which goes with `close`; its only user needs no password."""

    def __init__(self, port: int, log: Path) -> None:
        binaries = _binaries()
        assert binaries, f"there is no PostgreSQL in {DEBIAN}: apt install postgresql"
        self._port, self._binaries = port, binaries
        self._folder = Path(tempfile.mkdtemp(prefix="bollettino-pg-"))
        self._user = OWNER if os.getuid() == 0 else None
        if self._user:
            owner = pwd.getpwnam(self._user)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": self._folder}
        # by itself autovacuum starts a process for each database once a minute, however quiet it is
        options |= {"max_connections": 400, "autovacuum_naptime": "10min"}
        settings = [f"--{name}={value}" for name, value in options.items()]
        command = (str(binaries / "postgres"), "-D", str(self._folder / "data"), *settings)
        self.process = Process("postgresql", command, {"PATH": os.environ["PATH"]}, log, self._user)

    def address(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}"

    def dump(self, database: str) -> str:
        """All that is in it, as SQL."""
        command = [str(self._binaries / "pg_dump"), self.address(database)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def start(self) -> None:
        """Until it takes questions; the first time with new files."""
        if not (self._folder / "data").exists():
            self._ask("initdb", "-D", self._folder / "data", "-U", OWNER, "-A", "trust", "-E", "UTF8")
        self.process.start()
        asked = ("-h", "127.0.0.1", "-p", self._port)
        wait_for("PostgreSQL", lambda: self._ask("pg_isready", *asked, is_good=False) == 0, 60)

    def kill(self) -> None:
        """With -9, all of it: its processes are no group."""
        assert self.process.process is not None
        postmaster = psutil.Process(self.process.process.pid)
        everything = postmaster.children(recursive=True)
        self.process.kill()
        for process in everything:
            if process.is_running():
                process.kill()
        psutil.wait_procs(everything, 10)

    def close(self) -> None:
        self.process.stop()
        shutil.rmtree(self._folder)

    def _ask(self, program: str, *options: object, is_good: bool = True) -> int:
        """The exit code of one of its own programs; a failure where only 0 is good."""
        command = [str(self._binaries / program), *map(str, options)]
        done = subprocess.run(command, user=self._user, cwd=ROOT.root, capture_output=True, text=True)
        assert not is_good or done.returncode == 0, f"{program}: {done.stderr}"
        return done.returncode
