"""Our own source files, for the tests that hold them to the rules of the house."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("db", "deployments", "flows", "scrapers")


def modules() -> Iterator[tuple[str, str]]:
    """Every Python file of ours as (path, source)."""
    for folder in (*OURS, "tests"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
