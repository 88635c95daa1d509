"""What an act does to a street, said as what one finds there.

`È disposta la chiusura al traffico di via Po dalle 8` is `Via Po è chiusa al traffico dalle 8`, and
`è istituito il divieto di sosta` is `è vietata la sosta`.
"""

import re

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.summary.frames.places.streets import agreement, joined, streets_at, subject

_DONE = (
    r"(?:(?:è|sarà|verrà|viene)\s(?:stat[oa]\s)?(?:dispost|previst|ordinat|stabilit|istituit|attuat|necessari)(?P<end>[oa])"
    r"|si\s(?:comunica|dispone|istituisce|ordina|rende\snecessari[oa])"
    r"|^[A-ZÀ-Ý][^.;:,]{3,50}?\s(?:ha|hanno)\s(?:comunicato|disposto|ordinato|annunciato))\s"
)
_PUBLISHES = re.compile(  # `Si pubblica in allegato la graduatoria`
    r"^Si\s(?:pubblica|trasmette|allega)(?:no)?(?:\s(?:in|come)\sallegat[oi],?)?\s(?P<article>il|lo|la|i|gli|le)\s(?=[a-zà-ù]+\s)",
    re.I,
)
_PUBLISHED = {
    "il": "È pubblicato il",
    "lo": "È pubblicato lo",
    "la": "È pubblicata la",
    "i": "Sono pubblicati i",
    "gli": "Sono pubblicati gli",
    "le": "Sono pubblicate le",
}
_CUTS = Cued(  # `E-distribuzione ha comunicato l'interruzione dell'energia elettrica per il 21 ottobre`
    r"^(?:[A-ZÀ-Ý][^.;:]{3,80}?\s(?:ha|hanno)\s(?:comunicato|annunciato|programmato)|Si\s(?:comunica|informa|avvisa))\s"
    r"(?:l['’]interruzione|la\ssospensione)\s(?:temporanea\s|programmata\s)?"
    r"(?P<what>(?:dell['’]erogazione\s|della\sfornitura\s)?(?:(?:dell['’]|di\s)energia\selettrica|dell['’]acqua(?:\spotabile)?|idrica)|della\scorrente)\s"
    r"(?:per\s)?(?P<when>(?:il\s|l['’])?(?:[a-zà-ù]{4,6}ì\s|sabato\s|domenica\s)?\d{1,2}[°º]?\s[a-zà-ù]{5,9}(?:\s20\d\d)?"
    r"(?:,?\sdalle\s[\d:]{1,5}\salle\s[\d:]{1,5})?)(?=[\s,.])",
    re.I,
)
_CUTS_OFF = Cued(  # `Acque Po ci informa che per lavori sospenderà la fornitura d'acqua dalle 22 …`
    r"^[A-ZÀ-Ý][^.;:]{3,90}?\s(?:ci\s)?(?:informa|comunica|avvisa|segnala)(?:no)?"
    r"(?:\s(?:il\sComune|i\scittadini|la\scittadinanza|gli\sutenti))?\sche,?\s(?:per\s[^.;:]{5,90}?\s)?"
    r"(?:sospender|interromper)(?:à|anno)\s(?:la\sfornitura|l['’]erogazione)\s"
    r"(?P<what>(?:dell['’]|d['’])acqua(?:\spotabile)?|idrica|(?:dell['’]|di\s)energia\selettrica|(?:del|di)\sgas)\s"
    r"(?P<when>(?:dalle|il|l['’]|\w{4,8}ì|sabato|domenica)\s?"
    r"(?:(?!\se\s(?!il\b|le\b|dal\b|dalle\b))(?:[^.;:,]|(?<=\d)[.:](?=\d))){2,100})(?=[.;,]?\s*$)",
    re.I,
)
_IN_STREETS = Cued(
    r"\bnelle seguenti (?:vie|strade|zone|località|contrade)\s?:? "
    r"(?=(?:via|viale|piazza|corso|vicolo|contrada|località) )",
    re.I,
)
_LOUD_KIND = re.compile(  # `in Via Po`, `e Piazza Alba`
    r"(?<=[A-Za-zà-ù\d,] )(?:Via|Viale|Vicolo|Piazza|Piazzale|Corso|Largo)(?= [A-ZÀ-Ý])"
)
_KEEPS = Cued(  # `osserverà il seguente orario di apertura al pubblico: lunedì-venerdì`
    r"\bosserver(?:à|(?P<many>anno)) (?:il seguente orario|i seguenti orari)(?: di (?:apertura|ricevimento))?"
    r"(?: al pubblico)?: "
    r"(?P<days>(?:dal )?lunedì(?: ?[-–] ?| al )(?P<last>\w{4,7}ì|sabato))\b",
    re.I,
)
_CLOSES = Cued(
    rf"{_DONE}la\s(?:temporanea\s|totale\s)?chiusura(?:\s(?:temporanea|totale|completa))?"
    r"(?P<of>\sal\s(?:traffico|transito)(?:\s(?:veicolare|dei\sveicoli))?)?\s(?:di|della|del|dello|dell['’])\s?",
    re.I,
)
_SHUTS = Cued(  # `è stata disposta la chiusura al pubblico del cimitero con decorrenza immediata`
    rf"{_DONE}la\s(?:temporanea\s)?chiusura(?:\stemporanea)?(?P<to>\sal\spubblico)?\s"
    r"(?P<of>del|dello|della|dei|degli|delle)\s(?P<what>[a-zà-ù](?:(?!\se\s)[^.;:,]){3,70}?)"
    rf"(?=\s(?:{WEEKDAY}\s|con\s(?:decorrenza|effetto)|da(?:l|lle|lla|i)?\s|[fs]ino\s|ne[il]\s|nell[ae]\s|per\s|il\s\d)|[.,;]|$)",
    re.I,
)
_AT_ONCE = Cued(r"\bcon (?:decorrenza|effetto) immediat[oa]\b", re.I)
_FOR_A_DAY = re.compile(
    r"^(?:Per\s)?(?P<when>(?:il\s|l['’])?(?:(?:luned|marted|mercoled|gioved|venerd)ì\s|sabato\s|domenica\s)?\d{1,2}[°º]?\s"
    r"[a-zà-ù]{4,9}(?:\s20\d\d)?),?\s$",
    re.I,
)
_TO_TRAFFIC = re.compile(
    r"^(?P<beside>[^.;:]{0,60}?)\s(?P<of>al\s(?:traffico|transito))(?:\s(?:veicolare|dei\sveicoli))?"
)
_BANS = Cued(
    rf"{_DONE}il\sdivieto\sdi\s(?P<what>sosta|transito|fermata|circolazione)\b"
    r"(?:\se\s(?:di\s)?(?P<also>sosta|transito|fermata)\b)?",
    re.I,
)
_AND_BANS = re.compile(
    r"\be\s(?:il\s)?divieto\sdi\s(?P<what>sosta|transito|fermata|circolazione)\b(?!\se\sdi)", re.I
)
BANNED = {
    "sosta": "la sosta",
    "fermata": "la fermata",
    "transito": "il transito",
    "circolazione": "la circolazione",
}


def as_found(sentence: str) -> str:
    """`sentence` as what one finds in the street; any other as it is."""
    text = _PUBLISHES.sub(lambda found: f"{_PUBLISHED[found['article'].lower()]} ", sentence)
    text = _LOUD_KIND.sub(lambda kind: kind[0].lower(), _IN_STREETS.sub("in ", text))
    text = _CUTS_OFF.sub(_missing, _CUTS.sub(_missing, _KEEPS.sub(_opens, text)))
    if banned := _BANS.search(text):
        rest = _AND_BANS.sub(lambda other: f"ed {_ban(other['what'])}", text[banned.end() :])
        text = f"{text[: banned.start()]}{_ban(banned['what'], banned['also'] or '')}{rest}"
    text = _AT_ONCE.sub("da subito", _SHUTS.sub(_shut, text))
    closed = _CLOSES.search(text)
    streets = streets_at(text, closed.end()) if closed else None
    if closed is None or streets is None:
        return text[:1].upper() + text[1:]
    before, rest = text[: closed.start()], text[streets.end :]
    traffic = closed["of"] or ""
    if not traffic and (beside := _TO_TRAFFIC.match(rest)):
        traffic, rest = f" {beside['of']}", f"{beside['beside']}{rest[beside.end() :]}"
    traffic = re.sub(r"\s(?:veicolare|dei\sveicoli)$", "", traffic)
    if day := _FOR_A_DAY.match(before):
        before = f"{day['when']} "
    named = subject(streets.all)
    named = f"{named[:1].lower()}{named[1:]}" if before else named
    said = f"{before}{named} {agreement(streets.all, 'chius')}{traffic}{rest}"
    return said[:1].upper() + said[1:]


def _shut(closing: re.Match[str]) -> str:
    """`il cimitero è chiuso al pubblico`."""
    of = closing["of"].lower()
    ending = {"del": "o", "dello": "o", "della": "a", "delle": "e"}.get(of, "i")
    article = {"del": "il", "dei": "i", "degli": "gli"}.get(of, of[-2:])
    is_ = "è" if ending in "oa" else "sono"
    return f"{article} {closing['what']} {is_} chius{ending}{(closing['to'] or '').lower()}"


def _opens(hours: re.Match[str]) -> str:
    """`apre dal lunedì al venerdì`."""
    return f"{'aprono' if hours['many'] else 'apre'} dal lunedì al {hours['last'].lower()}"


def _missing(cut: re.Match[str]) -> str:
    """`Il 21 ottobre dalle 9 alle 12 manca la corrente`."""
    cut_off = cut["what"].lower()
    what = (
        "il gas"
        if "gas" in cut_off
        else "la corrente"
        if re.search(r"energia|corrente", cut_off)
        else "l'acqua"
    )
    return f"{cut['when'][:1].upper()}{cut['when'][1:]} manca {what}"


def _ban(what: str, also: str = "") -> str:
    """`è vietata la sosta`, `sono vietati il transito e la sosta`."""
    names = [BANNED[name.lower()] for name in (what, also) if name]
    is_feminine = all(name.startswith("la ") for name in names)
    if len(names) > 1:
        return f"sono vietat{'e' if is_feminine else 'i'} {joined(names)}"
    return f"è vietat{'a' if is_feminine else 'o'} {names[0]}"
