"""What identifies a person, out of a text before a stranger reads it and back into what the stranger wrote.

Hidden: e-mail addresses, Italian mobile numbers, codici fiscali, IBANs, and persons as far as they are
recognised: a first name beside a surname, and whoever stands behind `sig.ra` or `dott.`. Left as they are:
landline, toll-free and emergency numbers, which are an office's and what a citizen needs; the names of
streets and schools go the way of persons' names, and come back with them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flows.bulletin.persons import FIRST_NAMES

PLACEHOLDER = re.compile(r"\[(?:EMAIL|TEL|CF|IBAN|NOME)-\d+\]", re.I)

_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
# with a check letter, and the letters that stand for figures where two persons would share a code
_TAX_CODE = re.compile(
    r"\b[A-Z]{6}[ ]?[\dLMNP-V]{2}[ ]?[A-EHLMPRST][ ]?[\dLMNP-V]{2}[ ]?[A-Z][\dLMNP-V]{3}[ ]?[A-Z]\b", re.I
)
_IBAN = re.compile(
    r"\bIT[ ]?\d{2}[ ]?[A-Z](?:[ ]?\d){10}(?:[ ]?[0-9A-Z]){12}\b|\b[A-Z]{2}\d{2}[0-9A-Z]{11,30}\b"
)
_MOBILE = re.compile(r"(?<![\w+/,.-])(?:(?:\+|00)[ ]?39[ ./-]?)?3\d{2}(?:[ ./-]?\d){6,7}(?![\w/]|[.,-]\d)")
_CAPITAL = (
    r"(?:(?:[DLO]['’])?[A-ZÀ-Ý][a-zà-ÿ]+(?:['’-][A-ZÀ-Ý][a-zà-ÿ]+)*|(?:[A-ZÀ-Ý]['’])?[A-ZÀ-Ý]{2,}['’]?)"
)
_PARTICLE = r"(?:(?:D[eiao]|Del|Della|Dalla|Dal|Lo|La|Li|DE|DI|DA|DEL|DELLA|LO|LA)[ ])?"
_NAMES = re.compile(rf"(?<![\w’']){_CAPITAL}(?:[ ]{_PARTICLE}{_CAPITAL}){{1,3}}(?!\w)")
_TITLED = re.compile(
    r"\b(?i:sig\.?(?:ra|na|ri)?|signor[aei]?|signorina|dott\.?(?:ssa)?|dr\.?(?:ssa)?|avv|ing|arch|geom|rag"
    rf"|prof\.?(?:ssa)?)\.?[ ](?P<name>{_PARTICLE}{_CAPITAL}(?:[ ]{_CAPITAL})?)(?!\w)"
)
# before a single first name: `San Giovanni`, `Piazza Vittorio` are no persons
_NO_SURNAMES = frozenset(
    {"san", "santa", "santo", "sant", "via", "viale", "vicolo"}
    | {"piazza", "piazzale", "piazzetta", "corso", "largo"}
)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Masked:
    """A text without what was hidden, and what each placeholder stands for."""

    text: str
    hidden: Mapping[str, str] = field(repr=False)  # placeholder -> as the text wrote it

    def hide(self, text: str) -> str:
        """Another text with the same things hidden, wherever it repeats them."""
        for placeholder, written in sorted(self.hidden.items(), key=lambda pair: -len(pair[1])):
            text = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", placeholder, text)
        return text

    def restore(self, text: str) -> str:
        """`text` with each placeholder as it was; one that stands for nothing stays, see `PLACEHOLDER`."""
        return PLACEHOLDER.sub(lambda match: self.hidden.get(match[0].upper(), match[0]), text)


def mask(text: str) -> Masked:
    """`text` with personal data replaced by `[EMAIL-1]`, `[TEL-1]`, `[CF-1]`, `[IBAN-1]`, `[NOME-1]`.

    The same words get the same placeholder, numbered by place: the same text gives the same answer. A
    placeholder that the text itself holds is never given to anything else.
    """
    taken = {match[0].upper() for match in PLACEHOLDER.finditer(text)}
    placeholders: dict[str, str] = {}  # as written -> placeholder
    for kind, pattern in (("EMAIL", _EMAIL), ("IBAN", _IBAN), ("CF", _TAX_CODE), ("TEL", _MOBILE)):
        text = pattern.sub(lambda match, kind=kind: _named(match[0], kind, placeholders, taken), text)  # type: ignore[misc]
    for start, end in sorted(_persons(text), reverse=True):
        placeholders.setdefault(text[start:end], "")
    names = [name for name, placeholder in placeholders.items() if not placeholder]
    for name in sorted(names, key=text.index):
        del placeholders[name]
        _named(name, "NOME", placeholders, taken)
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", placeholders[name], text)
    return Masked(text, {placeholder: written for written, placeholder in placeholders.items()})


def _named(written: str, kind: str, placeholders: dict[str, str], taken: set[str]) -> str:
    if written not in placeholders:
        number = 1
        while f"[{kind}-{number}]" in taken:
            number += 1
        placeholders[written] = f"[{kind}-{number}]"
        taken.add(placeholders[written])
    return placeholders[written]


def _persons(text: str) -> Iterator[tuple[int, int]]:
    """Places of `Mario Rossi`, `ROSSI MARIO`, and of the name in `sig.ra Verdi`."""
    for match in _NAMES.finditer(text):
        words = list(_WORD.finditer(match[0]))
        firsts = [place for place, word in enumerate(words) if word[0].capitalize() in FIRST_NAMES]
        if not firsts or (firsts[0] == 1 and len(words) == 2 and words[0][0].lower() in _NO_SURNAMES):
            continue
        begin = firsts[0] if firsts[0] < len(words) - 1 else firsts[0] - 1
        yield match.start() + words[begin].start(), match.end()
    for titled in _TITLED.finditer(text):
        yield titled.span("name")
