"""Does the web app grow? Statuses through it, its memory after each part, and the slope: `make bench`.

`python -m tests.bench.webhook_memory 1000000` is the whole proof, and takes some minutes; without a number
it is 200,000. The first parts fill what is filled once (pools, caches, the allocator's arenas) and are left
out of the slope; what is left must be flat.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psutil

from tests.bench.webhook import KEYS, Meta, Town, database, flood, ready
from tests.bench.webhook_load import load, seed

PEOPLE = 5_300  # new ones for each part: three statuses each, and a fifth of what is posted is repeated
WARM = 0.4  # share of the looks that is left out
FLAT = 4.0  # MB for 100,000 statuses, of which the noise of 200,000 is half; one status's JSON kept: 100
LEAST, DEFAULT = 100_000, 200_000


def slope(sizes: Sequence[float]) -> float:
    """MB for each part, by least squares."""
    count = len(sizes)
    middle, mean = (count - 1) / 2, sum(sizes) / count
    above = sum((place - middle) * (size - mean) for place, size in enumerate(sizes))
    return above / sum((place - middle) ** 2 for place in range(count))


def judge(sizes: Sequence[float], part: int) -> tuple[float, bool]:
    """MB for 100,000 statuses after the warm-up, and whether that is flat."""
    late = sizes[int(len(sizes) * WARM) :]
    grows = slope(late) * 100_000 / part
    return grows, grows < FLAT


async def measure(town: Town, meta: Meta, app: psutil.Process, posted: int) -> tuple[list[float], int]:
    """Memory in MB after each part, and how many statuses were posted."""
    sink = await asyncio.start_server(meta.sink, "127.0.0.1", meta.sink_port, limit=2**22)
    sizes: list[float] = []
    done = 0
    async with sink:
        await ready(meta)
        while done < posted:
            part = await asyncio.to_thread(lambda: load(seed(town.engine, town.settings, PEOPLE)))
            await flood(town.engine, meta, app, part)
            done += part.posted
            sizes.append(app.memory_info().rss / 2**20)
            print(f"  {done:,} posted: {sizes[-1]:.0f} MB", file=sys.stderr, flush=True)
    return sizes, done


def main(posted: int) -> int:
    if posted < LEAST:
        raise SystemExit(f"a slope needs {LEAST:,} statuses at least")
    os.environ.update(KEYS)
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        for name in ("sqlite", "postgresql"):
            with database(name, Path(folder)) as address:
                town = Town.found(address, Path(folder) / name)
                with town.serving() as (meta, app):
                    sizes, done = asyncio.run(measure(town, meta, app, posted))
            grows, is_flat = judge(sizes, done // len(sizes))
            shown = ", ".join(f"{size:.0f}" for size in sizes[:: max(1, len(sizes) // 12)])
            print(f"{name}: memory over {done:,} statuses: {shown} MB; {grows:+.2f} MB for each 100,000 more")
            missed += [] if is_flat else [name]
    print(f"memory grows: {', '.join(missed)}" if missed else "memory is flat")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else DEFAULT))
