"""Whether a server beside this container is well: `healthy.py 8081/salute` ends with 0 then, else with 1.

Standard library only, and quick: an engine types it again and again. No proxy of the environment is asked.
"""

import sys
import urllib.request

PATIENCE = 5.0  # seconds


def main(place: str) -> int:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"http://127.0.0.1:{place}", timeout=PATIENCE):
            return 0  # any other status than a good one is an error
    except OSError as exc:
        print(f"{place}: {exc}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
