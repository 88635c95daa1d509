"""README, manual and the documents beside them, read for what they tell a person to type, open or set."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from tests.world.tree import ROOT

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
PROGRAM = "python -m flows"


@dataclass(frozen=True)
class Document:
    """One Markdown file, by its path in the tree."""

    path: str

    @property
    def file(self) -> Path:
        return ROOT / self.path

    @cached_property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @property
    def spans(self) -> list[str]:
        """What stands in `backticks` outside the blocks, each on one line."""
        return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", FENCE.sub("", self.text))]

    def blocks(self, language: str) -> list[str]:
        return [body for name, body in FENCE.findall(self.text) if name == language]

    @property
    def typed(self) -> list[str]:
        """What a person is told to type: in blocks, and in backticks within a sentence or a table."""
        prompts = (line.strip() for body in self.blocks("console") for line in body.splitlines())
        scripts = (line.strip() for body in self.blocks("sh") for line in body.splitlines())
        return [*(line[2:] for line in prompts if line[:2] == "$ "), *scripts, *self.spans]

    @property
    def commands(self) -> list[list[str]]:
        """The words of each `python -m flows ...`, from the verb on, wherever on a line it stands."""
        return [words for line in self.typed if (words := _words(line))]

    @property
    def examples(self) -> dict[tuple[str, ...], str]:
        """Of each command at a prompt the first line that it is said to print, to its "..."."""
        lines = [line.strip() for body in self.blocks("console") for line in body.splitlines()]
        return {
            tuple(_words(line)): below.partition("...")[0]
            for line, below in pairwise(lines)
            if line[:2] == "$ " != below[:2] and _words(line)
        }

    @property
    def targets(self) -> set[str]:
        """Of `make ...`."""
        return {found[1] for line in self.typed if (found := re.match(r"make ([a-z-]+)", line))}

    def section(self, heading: str) -> str:
        """What stands under a heading, to the next of its level."""
        return re.split(r"^## ", self.text.partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[
            0
        ]

    def rows(self, heading: str, head: str) -> list[list[str]]:
        """The cells of a table under a heading, by how its head begins; without the head."""
        section = re.sub(r"^ +\|", "|", self.section(heading), flags=re.MULTILINE)  # of a list's step
        lines = section.partition(f"\n| {head}")[2].partition("\n\n")[0].splitlines()[2:]
        return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]

    @property
    def links(self) -> list[str]:
        """Where they lead, but to other sites."""
        targets = re.findall(r"\]\(([^)]+)\)", FENCE.sub("", self.text))
        return [target for target in targets if not target.startswith("https://")]

    @property
    def anchors(self) -> set[str]:
        headings = re.findall(r"^#+ (.+)$", FENCE.sub("", self.text), re.MULTILINE)
        return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}

    def leads_somewhere(self, target: str) -> bool:
        path, _, anchor = target.partition("#")
        file = (self.file.parent / path).resolve() if path else self.file
        if not file.is_file():
            return False
        return not anchor or anchor in Document(file.relative_to(ROOT).as_posix()).anchors

    def paths(self) -> Iterator[str]:
        """Files and folders of the tree that stand in backticks; a bare name belongs to the folder before it
        on its line, as in "`db/models/`, `engine.py`".
        """
        for line in FENCE.sub("", self.text).splitlines():
            before = ""
            for span in re.findall(r"`([\w./*-]+)`", line):
                if re.match(r"(flows|db|scrapers|tests|deployments|\.github|\.ci)/", span):
                    before = span if span.endswith("/") else f"{span.rpartition('/')[0]}/"
                    yield span
                elif before and re.fullmatch(r"[a-z_]+(\.py|/)", span):
                    beside = f"{before}{span}"
                    yield (
                        beside
                        if (ROOT / beside).exists()
                        else f"{before.rstrip('/').rpartition('/')[0]}/{span}"
                    )


def _words(line: str) -> list[str]:
    return shlex.split(re.split(r"[|)]", line.partition(f"{PROGRAM} ")[2])[0])


def names_in(cell: str) -> list[str]:
    """What stands in backticks in the cell of a table."""
    return re.findall(r"`([^`]+)`", cell)


README = Document("README.md")
MANUAL = Document("deployments/manuale.md")
INCIDENTS = Document("deployments/incidenti.md")
GUIDE = Document("deployments/guida-redazione.md")
CHANGELOG = Document("CHANGELOG.md")
CONTRIBUTING = Document(".github/CONTRIBUTING.md")
SECURITY = Document(".github/SECURITY.md")
