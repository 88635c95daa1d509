"""`python -m deployments.sandbox`: one process, this machine only, state in a folder."""

import argparse
import logging
import sys
from pathlib import Path

import uvicorn
from pydantic import ValidationError

from deployments.sandbox.app import create_app
from deployments.sandbox.config import Config, is_loopback


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; returns 2 when what was asked cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m deployments.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8600)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address; any other is refused")
    parser.add_argument(
        "--state", type=Path, required=True, metavar="DIR", help="keeps site, phones and messages"
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE.json", help="the account to play")
    parser.add_argument("--files", type=Path, metavar="DIR", help="a folder to serve under /files")
    options = parser.parse_args(arguments)
    if not is_loopback(options.host):
        return _refuse(f"the sandbox listens on this machine only, not on {options.host}")
    if options.files is not None and not options.files.is_dir():
        return _refuse(f"{options.files} is not a folder")
    try:
        config = Config.from_file(options.config)
    except OSError as exc:
        return _refuse(f"cannot read {options.config}: {exc.strerror}")
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_input=False, include_context=False)
        faults = (f"{'.'.join(map(str, error['loc'])) or 'file'}: {error['msg']}" for error in errors)
        return _refuse(f"{options.config}: {'; '.join(faults)}")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    app = create_app(config, options.state, options.files)
    # no access log: its paths would hold phone numbers
    uvicorn.run(app, host=options.host, port=options.port, access_log=False, timeout_graceful_shutdown=2)
    return 0


def _refuse(reason: str) -> int:
    sys.stderr.write(f"sandbox: {reason}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
