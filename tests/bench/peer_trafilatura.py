"""trafilatura alone over pages that are given to it, for `pages.py`; run by the peers' Python.

Reads a JSON list of pages on standard input and writes one object: for each way to ask it, the texts and the
CPU time a page in milliseconds.
"""

import importlib
import json
import logging
import sys
import time
from typing import Any

_TRAFILATURA: Any = importlib.import_module("trafilatura")
WAYS: dict[str, dict[str, bool]] = {
    "traf. recall": {"favor_recall": True, "include_comments": False},
    "traf. default": {},
}


def main() -> None:
    """One answer for all pages."""
    logging.getLogger("trafilatura").setLevel(logging.ERROR)
    pages = json.load(sys.stdin)
    told = {}
    for name, options in WAYS.items():
        _TRAFILATURA.extract(pages[0], **options)  # caches are warm in a long run, too
        start = time.process_time()
        texts = [_TRAFILATURA.extract(page, **options) or "" for page in pages]
        told[name] = {"texts": texts, "spent": (time.process_time() - start) / len(pages) * 1000}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
