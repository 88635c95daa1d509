"""What processes take of a machine: seconds of the processor with their children's, and memory by shares."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from tests.world.process import Process

MEGABYTE = 1024  # of the kB that the kernel tells
WORKER, RUNS = "worker", "runs"  # what a worker has started, the process that is copied for runs included


def trees(parts: Mapping[str, Process]) -> dict[str, list[psutil.Process]]:
    """The processes of each kind, a kind being the name without what counts them (`web-1`, `web-2`)."""
    found: dict[str, list[psutil.Process]] = {}
    for name, part in parts.items():
        if part.process is not None and part.lives:
            found.setdefault(name.rpartition("-")[0] or name, []).append(psutil.Process(part.process.pid))
    return found


def cpu(parts: Mapping[str, Process]) -> dict[str, float]:
    """Seconds so far by kind, what has ended included; of a worker without its runs, which stand apart."""
    return cpu_of(trees(parts))


def cpu_of(kinds: Mapping[str, Sequence[psutil.Process]]) -> dict[str, float]:
    told: dict[str, float] = {}
    for kind, roots in kinds.items():
        whole = sum(_seconds(one, with_ended=True) for root in roots for one in _tree(root))
        if kind == WORKER:
            told[kind] = sum(_seconds(root, with_ended=False) for root in roots)
            told[RUNS] = whole - told[kind]
        else:
            told[kind] = whole
    return told


def memory(parts: Mapping[str, Process]) -> dict[str, float]:
    """MB by kind; what several processes share is counted once among them (`Pss`)."""
    return memory_of(trees(parts))


def memory_of(kinds: Mapping[str, Sequence[psutil.Process]]) -> dict[str, float]:
    told: dict[str, float] = {}
    for kind, roots in kinds.items():
        if kind == WORKER:
            told[kind] = share(roots)
            told[RUNS] = share(child for root in roots for child in _tree(root) if child != root)
        else:
            told[kind] = share(one for root in roots for one in _tree(root))
    return told


def share(processes: Iterable[psutil.Process]) -> float:
    """MB of these processes."""
    total = 0
    for process in processes:
        with suppress(OSError):  # ended meanwhile
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
            total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / MEGABYTE


def _tree(root: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return [root, *root.children(recursive=True)]
    return []


def _seconds(process: psutil.Process, *, with_ended: bool) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        ended = times.children_user + times.children_system if with_ended else 0.0
        return float(times.user + times.system + ended)
    return 0.0
