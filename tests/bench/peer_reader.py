"""lemon24/reader at the same feeds, run by its own Python in `.peers/`; arguments PORT FEEDS WORKERS.

Prints the seconds of a cold `update_feeds()` and of one that is answered 304 throughout, as JSON.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from reader import make_reader  # type: ignore[import-not-found]


def main(port: int, feeds: int, workers: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(str(Path(folder) / "reader.sqlite"))
        for number in range(feeds):
            reader.add_feed(f"http://127.0.0.1:{port}/feed/{number}.xml")
        seconds = []
        for _ in range(2):
            started = time.perf_counter()
            reader.update_feeds(scheduled=False, workers=workers)
            seconds.append(time.perf_counter() - started)
        stored = reader.get_entry_counts().total
        failed = sum(feed.last_exception is not None for feed in reader.get_feeds())
        reader.close()
    print(json.dumps({"cold": seconds[0], "unchanged": seconds[1], "stored": stored, "failed": failed}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
