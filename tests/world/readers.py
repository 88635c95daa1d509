"""The programs that read what `install` writes: systemd, nginx, Caddy. As any account, on any machine.

nginx opens its ports and its folders even to test a file, so it is given free ports and folders of its own.
"""

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.machine.fleet import NAME as FLEET
from flows.machine.setup import ETC
from tests.world.installation import wait_for
from tests.world.ports import free_ports
from tests.world.units import INNER, NAME, PUBLIC

MOST = 20  # tenths, of systemd's measure of exposure
FOLDERS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def run(*command: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **surroundings}
    )


def verified(unit: Path) -> subprocess.CompletedProcess[str]:
    """systemd tells of a key that it does not know, and ends with 0: what it tells counts."""
    return run("systemd-analyze", "verify", "--man=no", str(unit))


def told_of_ours(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Of a machine's own units, which ours come after, it may tell things, too: not ours to mend."""
    return [line for line in done.stderr.splitlines() if NAME in line or FLEET in line]


def measured(unit: Path) -> subprocess.CompletedProcess[str]:
    """Ends with another code than 0 where the unit is more exposed than `MOST`."""
    return run(
        "systemd-analyze", "security", "--offline=true", f"--threshold={MOST}", "--no-pager", str(unit)
    )


def read_by_nginx(root: Path, text: str) -> subprocess.CompletedProcess[str]:
    """`nginx -t` of a site, with certificates made for it."""
    for address in (PUBLIC, INNER):  # those of a fleet are looked for when somebody asks
        certify(root / ETC.relative_to("/") / "esempio" / "tls", address.removeprefix("https://"))
    return run("nginx", "-t", "-e", "stderr", "-c", str(_site(root, text, *free_ports(2))))


def certify(folder: Path, host: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = ["-keyout", f"{folder / host}.key", "-out", f"{folder / host}.pem", "-subj", f"/CN={host}"]
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names)


@contextmanager
def begun_by_nginx(root: Path, text: str) -> Iterator[int]:
    """A site that is served; the port of it where TLS is spoken."""
    plain, secure = free_ports(2)
    words = ["-e", "stderr", "-c", str(_site(root, text, plain, secure)), "-g", "daemon off;"]
    with subprocess.Popen(["nginx", *words]) as nginx:
        try:
            wait_for("nginx", lambda: is_listening(secure))
            yield secure
        finally:
            nginx.terminate()


def _site(root: Path, text: str, plain: int, secure: int) -> Path:
    """nginx's own file with this site in it, on other ports."""
    text = text.replace(str(ETC), str(root / ETC.relative_to("/")))
    for old, new in ((80, plain), (443, secure)):
        text = text.replace(f"listen {old}", f"listen {new}").replace(
            f"listen [::]:{old}", f"listen [::]:{new}"
        )
    site, main = root / "site.conf", root / "nginx.conf"
    site.write_text(text, encoding="utf-8")
    me = f"user {getpass.getuser()};\n" if os.geteuid() == 0 else ""  # who may read what the test has written
    folders = "".join(f"{name}_temp_path {root}/{name};\n" for name in FOLDERS)
    main.write_text(
        f"{me}pid {root}/nginx.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{folders}include {site};\n}}\n",
        encoding="utf-8",
    )
    return main


def is_listening(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def read_by_caddy(root: Path, text: str) -> subprocess.CompletedProcess[str]:
    """`caddy validate` of a site, below what its own head says comes before it."""
    site, main = root / "site.caddyfile", root / "Caddyfile"
    site.write_text(text, encoding="utf-8")
    head = "\n".join(line[4:] for line in text.splitlines() if line.startswith("#   "))
    main.write_text(head.replace("conf.d/*.caddyfile", str(site)) + "\n", encoding="utf-8")
    home = {"HOME": str(root), "XDG_DATA_HOME": str(root), "XDG_CONFIG_HOME": str(root)}
    return run("caddy", "validate", "--adapter", "caddyfile", "--config", str(main), **home)


def at_hand(*tools: str) -> list[str]:
    """Our own reader, which is always there, and these tools where the machine has them."""
    return ["ours", *filter(shutil.which, tools)]
