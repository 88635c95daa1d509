"""The guide for editors and its pictures: screens that the browser tests pass, so that none goes stale.

The alternative text of a picture says in «» what is to be read on it. A test that comes to that screen looks
for these words; with BOLLETTINO_GUIDE set (`make guide`) it takes the picture anew.
"""

import os
import re

from playwright.sync_api import Locator, Page, expect

from flows.settings import ROOT

TEXT = ROOT / "deployments" / "guida-redazione.md"
FOLDER = TEXT.parent / "guida"


def pictures() -> dict[str, list[str]]:
    """Of each picture in the guide, by the name of its file, the words on it."""
    found = re.findall(r"!\[([^]]+)\]\(guida/([^)]+)\)", TEXT.read_text(encoding="utf-8"))
    return {name: re.findall(r"«([^»]+)»", told) for told, name in found}


def take(page: Page, name: str, part: Locator | None = None) -> None:
    """Hold a picture of the guide against this screen, or `part` of it: every word of it can be read here."""
    for word in pictures()[name]:
        shown = page.get_by_text(word).or_(page.get_by_placeholder(word)).filter(visible=True)
        expect(shown.first).to_be_in_viewport()
    if os.environ.get("BOLLETTINO_GUIDE"):
        FOLDER.mkdir(exist_ok=True)
        (part or page).screenshot(path=FOLDER / name)
