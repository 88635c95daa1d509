"""Everyday notices, as a Comune writes them, and the text that an editor could send; all are made up.

They were written as such notices are, without a look at the rules: what fails here fails on the next ones.
"""

import json
from pathlib import Path

import pytest

from tests.test_bulletin_summary import told

NOTICES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "everyday.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice["title"][:40])
def test_an_everyday_notice_is_told_as_an_editor_would_send_it(notice: dict[str, str]) -> None:
    assert told(notice["title"], notice["body"]).text == notice["text"]
