"""What stands in `deployments/container/`, read as an engine reads it; no engine runs here."""

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from flows.settings import ROOT

FOLDER = ROOT / "deployments" / "container"
RECIPE = FOLDER / "Containerfile"
LEFT_OUT = FOLDER / "Containerfile.dockerignore"
COMPOSE, KUBERNETES, NGINX = (FOLDER / name for name in ("compose.yaml", "kubernetes.yaml", "nginx.conf"))
IMAGE = "localhost/bollettino"


# ------------------------------------------------------------ the image
@cache
def recipe() -> tuple[tuple[str, str], ...]:
    """Its instructions, each with what stands behind it."""
    text = re.sub(r"^\s*#.*\n", "", RECIPE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return tuple((name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines if line))


def told(name: str) -> list[str]:
    return [rest for found, rest in recipe() if found == name]


def pairs(name: str) -> dict[str, str]:
    """Of ENV, LABEL or ARG."""
    return dict(pair.split("=", 1) for rest in told(name) for pair in shlex.split(rest))


def is_left_out(path: str) -> bool:
    """Of a path from the root: the last line that fits it, or a folder above it, counts."""
    found = False
    for line in LEFT_OUT.read_text(encoding="utf-8").splitlines():
        pattern = line.strip().removeprefix("!")
        if pattern and pattern[0] != "#" and _pattern(pattern).fullmatch(path):
            found = line[0] != "!"
    return found


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    """`**/` is any folders or none, `*` stops at a slash; a folder that fits takes all within along."""
    parts = re.split(r"(\*\*/|\*|\[.+?\])", pattern)
    meant = {"**/": "(?:.*/)?", "*": "[^/]*"}
    spelled = (meant.get(one, one if one[:1] == "[" else re.escape(one)) for one in parts)
    return re.compile(f"{''.join(spelled)}(?:/.*)?")


def copies() -> Iterator[tuple[str, str]]:
    """Each file that comes in: from where in the project, to where in the image's folder."""
    for rest in told("COPY"):
        *sources, target = shlex.split(rest)
        for source in sources:
            found = sorted(ROOT.glob(source))
            assert found, f"COPY {source}: is not there"
            for one in found:
                files = [one] if one.is_file() else sorted(path for path in one.rglob("*") if path.is_file())
                for file in files:
                    path = file.relative_to(ROOT).as_posix()
                    if not is_left_out(path):
                        within = file.relative_to(one if one.is_dir() else one.parent)
                        yield path, (PurePosixPath(target) / within).as_posix()


def lay(folder: Path) -> None:
    """The image's folder, as `COPY` makes it."""
    for source, target in copies():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / source, folder / target)


# ------------------------------------------------------------ what runs in it
@dataclass(frozen=True)
class Container:
    """One, of whichever of the two files."""

    name: str
    image: str
    typed: tuple[tuple[str, ...], ...]  # the words of each command of ours, from the verb on
    asked: tuple[str, ...]  # where it is asked whether it is well: port and path
    raw: dict[str, Any]

    @property
    def is_ours(self) -> bool:
        return self.image.startswith(IMAGE)

    @property
    def verb(self) -> str:
        return self.typed[-1][0] if self.typed else ""


def _typed(image: str, entry: list[str], words: list[str]) -> tuple[tuple[str, ...], ...]:
    """`sh -c` may type several."""
    if not image.startswith(IMAGE):
        return ()
    if not entry:
        return (tuple(words),)
    script = re.split(r"&&|\|\||;", words[0]) if entry[-2:] == ["sh", "-c"] else []
    lines = [shlex.split(one) for one in script]
    return tuple(tuple(one[one.index("flows") + 1 :]) for one in lines if "flows" in one)


def _asked(*commands: list[str]) -> tuple[str, ...]:
    return tuple(one[-1] for one in commands if "deployments/container/healthy.py" in one)


@cache
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return found


@cache
def objects() -> dict[str, dict[str, Any]]:
    """Of Kubernetes, by their kind."""
    return {one["kind"]: one for one in yaml.safe_load_all(KUBERNETES.read_text(encoding="utf-8"))}


@cache
def of_compose() -> dict[str, Container]:
    return {
        name: Container(
            name,
            raw["image"],
            _typed(raw["image"], raw.get("entrypoint", []), raw.get("command", [])),
            _asked(raw.get("healthcheck", {}).get("test", [])),
            raw,
        )
        for name, raw in compose()["services"].items()
    }


@cache
def pod() -> dict[str, Any]:
    found: dict[str, Any] = objects()["StatefulSet"]["spec"]["template"]["spec"]
    return found


@cache
def of_kubernetes() -> dict[str, Container]:
    probes = ("startupProbe", "livenessProbe")
    return {
        raw["name"]: Container(
            raw["name"],
            raw["image"],
            _typed(raw["image"], raw.get("command", []), raw.get("args", [])),
            _asked(*(raw[probe]["exec"]["command"] for probe in probes if probe in raw)),
            raw,
        )
        for raw in [*pod()["initContainers"], *pod()["containers"]]
    }
