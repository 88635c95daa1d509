"""sumy's LexRank over sentences that are given to it, for `eval_summary.py`; run by the peers' Python.

Reads JSON lines `{id, sentences, limit}` on standard input and writes `{id, text}`: the best sentences, in
the text's order, as many as fit `limit` characters. The sentences are ours and words are split here, so
that no data of NLTK is needed.
"""

import importlib
import json
import re
import sys
from typing import Any

_LEXRANK: Any = importlib.import_module("sumy.summarizers.lex_rank")
_DOM: Any = importlib.import_module("sumy.models.dom")


class Words:
    """The tokenizer that sumy's sentences ask for."""

    def to_words(self, text: str) -> tuple[str, ...]:
        """The words of a sentence, in small letters."""
        return tuple(word.lower() for word in re.findall(r"[^\W_]+", text))


def summary(sentences: list[str], limit: int) -> str:
    """As many of the best sentences as fit; the best one alone where even it is longer, cut at a word."""
    told = [_DOM.Sentence(text, Words()) for text in sentences]
    document = _DOM.ObjectDocumentModel([_DOM.Paragraph(told)])
    best = ""
    for count in range(1, len(told) + 1):
        chosen = " ".join(str(sentence) for sentence in _LEXRANK.LexRankSummarizer()(document, count))
        if len(chosen) > limit:
            return best or chosen[:limit].rsplit(" ", 1)[0]
        best = chosen
    return best


def main() -> None:
    """One answer a line."""
    for line in sys.stdin:
        asked = json.loads(line)
        text = summary(asked["sentences"], asked["limit"]) if asked["sentences"] else ""
        sys.stdout.write(json.dumps({"id": asked["id"], "text": text}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
