"""The real material beside the project, which is never copied into it: the one thing a test may lack."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
ITALIAN = SHARED.parent / "italian.toml"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is absent")
