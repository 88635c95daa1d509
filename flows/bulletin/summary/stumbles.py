"""What makes the reader of a whole text stumble where each of its sentences may stand: a heading in quotes
for a subject, a chain of purposes, an aim without the deed, a change that is told without its day.

The texts that two strict readers sent back had these openings twice as often as those that they passed.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.language.titles import folded
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.page.telling import figures

_QUOTED = re.compile(r"Per\s«(?P<title>[^»]+)»")
_AFTER_QUOTES = re.compile(
    r"[”»]\s(?:Il|Lo|La|I|Gli|Le|Un|Una|Dal|Dalle|Nel|Nella|In|Sabato|Domenica|(?:Luned|Marted|Mercoled|Gioved|Venerd)ì)\s[a-z\d]"
)
_HEADED = re.compile(r"Per [^.:;]{3,90}: (?!\w+,)")
_INFINITIVE = re.compile(r"(?:Non )?[A-Za-zà-ù]{2,}(?:are|ere|ire|arsi|ersi|irsi)\b")
_CHAIN = re.compile(r"\bper\b[^.,;:]{3,70}\bper\b[^.,;:]{3,70}\bper\b", re.I)
_EITHER = re.compile(
    r"\b(?:[ai]i|al|agli|all[ae]|de[il]|degli|dell[ae]|gli|l[ae]|il|i|un|una)/\w+|\b\w{4,}(?:[oaie]/[oaie]\b|[oie]/-?[a-z]{1,4}\b(?<!/o))",
    re.I,
)  # `alle/agli`, `cittadini/e`
_AIM = re.compile(r"\b(?:obiettiv[oi]|finalità|scop[oi])\b[^.;]{0,80}\b(?:è|sono)\b", re.I)
_WITH_PREPOSITION = re.compile(r"(?:Per|In occasione d\w+|Con|A seguito d\w+|Presso)\s")
_RELATIVE = re.compile(r"\b(?:che|cui|dove)\b[^,;]*")
_POINTS = re.compile(
    r"(?:tutti\s)?(?:i\s|gli\s|le\s|l['’])?(?:requisiti|documenti|modul\w+|modalità|elenco)\b"
    r"[^.]{0,60}\bnella pagina",
    re.I,
)
_QUALIFIED = re.compile(
    r"gratuit\w+[^.]{0,40}\b(?:ma|salvo|previ[ao]|solo|se|tranne|con)\b[^.]{0,40}(?:\[?…\]?|\[?\.{3}\]?)\s*$"
)
_SUBJECT_APART = re.compile(r"(?:^|\.\s)(?:Il|Lo|La|I|Gli|Le)\s[^,.;:]{5,80},\s(?:è|sono)\s[^,.;]+[.;]")
_PUBLISHED = re.compile(r"(?:È|Sono)\s(?:stat[oaie]\s)?pubblicat[oaie]\s")
_LONG = 230  # characters
_VAGUE = re.compile(
    r"\bcambi(?:a|ano)(?:\stemporaneamente)?\s(?:la|l['’]|le)\s?(?:viabilità|circolazione|disciplina)", re.I
)
_NAMELESS = re.compile(r"\bdeposito di atti\b|\bcasa (?:del comune|comunale)\b", re.I)


def stumbles(text: str, notice: Notice) -> Iterator[str]:
    """Why a text does not read well as a whole: Italian sentences, for the editor."""
    quoted = _QUOTED.match(text)
    if quoted and folded(quoted["title"]) in folded(notice.title):
        yield "Il testo comincia con «Per» e il titolo tra virgolette."
    if match := _AFTER_QUOTES.search(text):
        yield f"In «{text[: match.end()]}…» due righe sono attaccate."
    if _HEADED.match(text):
        yield "Il testo comincia con «Per» e un titolo con i due punti."
    said = [sentence for sentence in split(text) if "nella pagina" not in sentence]
    if said and all(map(_INFINITIVE.match, said)):
        yield "Il testo è uno slogan: nessuno fa qualcosa."
    if notice.is_cut and _QUALIFIED.search(notice.source) and "gratuit" in text:
        yield "La pagina è tronca dopo «gratuito, ma …»: la condizione non si legge."
    if match := _SUBJECT_APART.search(text):
        yield f"In «{match[0]}» una virgola separa il soggetto dal verbo."
    if any(_PUBLISHED.match(sentence) and len(sentence) > _LONG for sentence in split(text)):
        yield "Il testo ricopia un titolo lungo: nessuno lo legge fino in fondo."
    if notice.kind is not Kind.alert and _CHAIN.search(text):  # whose level is for a hazard
        yield "Una frase ha tre «per» di seguito."
    if match := _EITHER.search(text):
        yield f"«{match[0]}» non si legge ad alta voce."
    sentences = split(text)
    if all(_AIM.search(sentence) for sentence in sentences):
        yield "Il testo dice lo scopo, non che cosa si fa."
    if all(_POINTS.search(sentence) for sentence in sentences):
        yield "Il testo dice solo che il resto è nella pagina."
    for sentence in sentences:
        if _WITH_PREPOSITION.match(sentence) and not speaks(_RELATIVE.sub("", sentence)):
            yield f"«{sentence}» non è una frase: manca il verbo."
    if _VAGUE.search(text) and not figures(text):
        yield "Il testo dice che la viabilità cambia, ma non in quale giorno."
    if _NAMELESS.search(text):
        yield "Il testo non dice di quale atto si tratta."
