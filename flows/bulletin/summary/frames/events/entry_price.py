"""What an event costs, in one sentence, where the page tells one price for all or whose each is."""

import re

from flows.bulletin.page.notice import Notice, Slot, Told
from flows.bulletin.summary import clauses
from flows.bulletin.summary.clauses.prices import EXEMPTION, SOME_PAY_LESS
from flows.bulletin.summary.frames.events.of_a_part import is_in_a_list

_BESIDE = re.compile(
    r"\b(?:parchegg\w+|posteggi\w*|giostr\w+|gonfiabil\w+|trenin\w+|misura\w+|navett\w+|autobus|sosta|sanzion\w+"
    r"|mult[ae]|ammend[ae]|si parte da|base d['’]asta|premi\w*|vincitor\w+|bors[ae] di studio"
    r"|baby[ -]?sitt\w+|servizio gratuito|accompagnat\w+|inizialmente|toglier\w*|non (?:più|si paga più))\b",
    re.I,
)  # what is free or paid is another thing
_OF_MORE = re.compile(  # a season ticket, and what a sale beforehand costs more
    r"^\W*(?:l['’]|gli\s|è\sdisponibile\sun\s)?abbonament\w+\b(?![^.;]*\bbigliett)|\bmaggiorazion[ei]\b", re.I
)
_FROM_SUM = re.compile(r"\bda (?P<sum>[\d,.]+)(?: euro| €)? a (?:€ )?$", re.I)
_LEAST_GIFT = re.compile(r"\bofferta minima(?: (?:è )?di| a partire da| da)?\W{0,3}$", re.I)
_PER_HEAD = re.compile(r"\sa (?:coppia|persona|testa|famiglia|squadra|incontro|lezione)\b", re.I)
_FREE = re.compile(r"\b(?:gratis|gratuit\w|esent\w)\b", re.I)
_TO_ENROL = re.compile(r"\biscrizion[ei]\b", re.I)


def price_of(notice: Notice) -> tuple[list[str], str]:
    """The page's words on what one pays, and the sentence that tells it; "" where none is sure."""
    price_words = [
        _with_subject(told)
        for told in notice.slots.get(Slot.amount, ())
        if told.words and not _BESIDE.search(told.sentence) and not is_in_a_list(told.words, notice)
    ]
    prices = [said for words in price_words if (said := clauses.price_sentence(words))]
    price = min(prices, key=_worth_of_price, default="")
    if whole := _whole_price(notice):
        price = whole
    elif len(_sums(price_words)) > 1 or _is_dearer_for_some(price, notice):
        price = ""  # whose each is a table would tell
    return price_words, price


def _sums(words: list[str]) -> set[str]:
    """The different sums that one pays; what is added to one (`+ 1,50 prevendita`) is none of its own."""
    told = " ; ".join(words)
    return set(
        re.findall(
            r"(?<![+\d.,])(?<!\+ )(?<!\+ € )(?<!più )(\d[\d.]*(?:,\d\d)?)(?=\s?(?:€|euro))"
            r"|(?<!\+ )€\s?(\d[\d.]*(?:,\d\d)?)",
            told,
        )
    )


def _whole_price(notice: Notice) -> str:
    """What the one sentence about money says, where all its sums and who pays less are understood."""
    amounts = [
        told
        for told in notice.slots.get(Slot.amount, ())
        if not (_BESIDE.search(told.sentence) or _OF_MORE.search(told.sentence))
    ]
    sums = _sums(list(dict.fromkeys(told.sentence for told in amounts)))
    said = [
        said
        for sentence in dict.fromkeys(told.sentence for told in amounts if told.row is None)
        if (said := clauses.price_sentence(sentence)) and sums and sums <= _sums([sentence])
    ]
    return said[0] if len(said) == 1 and not _is_dearer_for_some(said[0], notice) else ""


def _with_subject(told: Told) -> str:
    """`iscrizione 20 euro` of `20 euro`, where the sentence says that one pays to enrol."""
    if least := _FROM_SUM.search(told.sentence.partition(told.words)[0]):
        return f"da {least['sum']} a {told.words}"
    if _LEAST_GIFT.search(told.sentence.partition(told.words)[0]):
        return f"offerta minima {told.words}"
    if behind := _PER_HEAD.match(told.sentence.partition(told.words)[2]):
        return f"{told.words}{behind[0]}"
    is_bare = re.match(r"(?:euro|€)?\s?\d", told.words, re.I)
    return f"iscrizione {told.words}" if is_bare and _TO_ENROL.search(told.sentence) else told.words


def _is_dearer_for_some(price: str, notice: Notice) -> bool:
    """Whether some pay less, or nothing, whom `price` does not name."""
    found = EXEMPTION.search(notice.source)
    if found is None or not re.search(r"\d", price):
        return False
    is_free_for_some = _FREE.search(found[0]) is not None and _FREE.search(price) is None
    return is_free_for_some or not SOME_PAY_LESS.search(price)


def _worth_of_price(said: str) -> int:
    """A sum first, then a free offer, then that it is free, and that one may come in last."""
    for rank, sign in enumerate((r"^Il b.*\d", r"\d", "offerta", "pagamento", "gratuit", "liber")):
        if re.search(sign, said):
            return rank
    return 9
