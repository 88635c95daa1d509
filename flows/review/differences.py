"""What one version of a bulletin changed of the one before, for a person to read; and what not to show."""

import difflib
import re
from collections.abc import Sequence

from db.models import BulletinItem
from flows.bulletin.language.sentences import split

HIDDEN = "[cellulare]"
_BETWEEN = r"[ ./()\u2010-\u2015-]{0,3}"
_AMOUNT = r"\d{1,3}(?:\.\d{3})+(?!\.?\d)"  # 350.000.000
_MOBILE = re.compile(
    rf"(?<!\d)(?!{_AMOUNT})(?:(?:\+|00)?{_BETWEEN}39{_BETWEEN})?3\d{{2}}(?:{_BETWEEN}\d){{6,7}}(?!\d)"
)

_SEAL = re.compile(r"\b([0-9a-f]{64})\b")  # a SHA-256 in hexadecimal


def differences(before: Sequence[BulletinItem], after: Sequence[BulletinItem]) -> list[str]:
    """What the later version changed: items that came in (+), went (-), moved or were written anew (~).

    Words within a text that changed: `[-before-] {+after+}`. Empty when nothing did. Pure.
    """
    old, new = _by_subject(before), _by_subject(after)
    lines: list[str] = []
    for subject, item in new.items():
        earlier = old.get(subject)
        if earlier is None:
            lines += [f"+ {item.position}. {item.title}", f"    {item.text}"]
            continue
        place = f"era la {earlier.position}" if earlier.position != item.position else ""
        changed = [
            _marked(label, was, now)
            for label, was, now in (
                ("", earlier.text, item.text),
                ("titolo: ", earlier.title, item.title),
                ("categoria: ", earlier.category, item.category),
                ("indirizzo: ", earlier.url, item.url),
            )
            if was != now
        ]
        if place or changed:
            lines.append(f"~ {item.position}. {item.title}" + (f" ({place})" if place else ""))
            lines += [f"    {line}" for line in changed]
    for subject, item in old.items():
        if subject not in new:
            lines += [f"- {item.position}. {item.title}", f"    {item.text}"]
    return lines


def _by_subject(items: Sequence[BulletinItem]) -> dict[tuple[object, ...], BulletinItem]:
    """By what they tell of; lines about the same thing are told apart by their order."""
    by_subject: dict[tuple[object, ...], BulletinItem] = {}
    for item in items:
        origin = (item.news_item_id, item.weather_alert_id)
        subject = origin if any(origin) else (item.title, item.url)
        repeats = sum(key[:-1] == subject for key in by_subject)
        by_subject[(*subject, repeats)] = item
    return by_subject


def _marked(label: str, before: str, after: str) -> str:
    old, new = _words(before), _words(after)
    if old == new:
        return f"{label}cambiano solo gli spazi"
    parts: list[str] = []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(" ".join(old[i:j]))
            continue
        if i < j:
            parts.append(f"[-{' '.join(old[i:j])}-]")
        if k < m:
            parts.append(f"{{+{' '.join(new[k:m])}+}}")
    return label + " ".join(parts)


def _words(text: str) -> list[str]:
    """A mobile number is one word, else a mark inside it would keep it from being recognised and hidden."""
    return _MOBILE.sub(lambda found: f" {re.sub(r'[^0-9+]', '', found[0])} ", _steady(text)).split()


def _steady(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def rewording(was: str, now: str) -> str:
    """What a person changed in the text of a draft, by its sentences, in Italian."""
    before, after = split(was), split(now)
    gone = without_mobiles(" ".join(one for one in before if one not in after))
    new = without_mobiles(" ".join(one for one in after if one not in before))
    if new and not gone:
        return f"aggiunto «{new}»"
    if gone and not new:
        return f"tolto «{gone}»"
    old, whole = without_mobiles(was), without_mobiles(now)
    return f"nella bozza c'era scritto «{gone or old}», ora c'è scritto «{new or whole}»"


def without_mobiles(text: str) -> str:
    """One line for a terminal: no mobile number in it, and nothing that steers the terminal.

    The digits inside a seal are no number: one seal in fifty looks as if it held one.
    """
    pieces = _SEAL.split(_steady(text))  # every second one is a seal
    return "".join(piece if place % 2 else _MOBILE.sub(HIDDEN, piece) for place, piece in enumerate(pieces))
