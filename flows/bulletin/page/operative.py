"""What an act orders, without its recitals: `VISTO ...; ORDINA la chiusura` is `Si ordina la chiusura`."""

import re

from flows.bulletin.language.articles import OF_ARTICLE
from flows.bulletin.language.cues import Cued

_RECITAL = Cued(
    r"(?:\b(?:IL|LA) (?:RESPONSABILE|SINDAC[OA]|DIRIGENTE|COMMISSARI[OA]|COMANDANTE)\b[^.;a-z]{0,80})?"
    r"\b(?:VIST[OAIE]|Vist[oaie]|PREMESS[OA]|Premess[oa]|CONSIDERAT[OA]|Considerat[oa]|RICHIAMAT[OAIE]"
    r"|Richiamat[oaie]|RITENUT[OA]|Ritenut[oa]|DATO ATTO|Dato atto|ATTES[OA]|Attes[oa]|PRESO ATTO"
    r"|Preso atto|RILEVAT[OA]|Rilevat[oa]|TENUTO CONTO|Tenuto conto|SENTIT[OAI]|Sentit[oai]"
    r"|ACQUISIT[OAI]|Acquisit[oai])\b"
)
# only in capitals: `il regolamento dispone che` is a sentence like another
_OPERATIVE = re.compile(
    r"\b(?P<verb>O ?R ?D ?I ?N ?A|D ?I ?S ?P ?O ?N ?E|DECRETA|DETERMINA|DELIBERA|STABILISCE"
    r"|AVVISA|INFORMA|COMUNICA"
    r"|RENDE NOTO|INVITA|(?<=\n)(?:[Oo]rdina|[Dd]ispone|[Dd]ecreta)(?=\s*:?\s*\n))\b"
    r"(?: (?:AI|I|ALLA|LA) CITTADIN\w+)?\s*:?\s*"
)
_LETTERS = re.compile(r"(?:\w ){4}")  # `O R D I N A`
_AS_SAID = re.compile(  # `Per quanto specificato in premessa, che qui si intende richiamata.`
    r"^per (?:quanto|i motivi|le motivazioni|le ragioni)\b[^.;:\n]{0,40}\bpremessa\b[^.;\n]{0,70}"
    r"(?:[.;,]\s*|\n\s*)",
    re.I,
)
_POINT = re.compile(r"(?P<stop>;)\s*(?:\d{1,2}|[a-h])[.)]\s+(?=[a-zà-ù])")  # `; 2. il divieto di sosta`
_LASTS = re.compile(
    r"(?P<when>(?:dal|dalle|dall['’]|a partire dal|il giorno|nei giorni|nel giorno|per la giornata di"
    r"|per il giorno|per i giorni)[^:;]{6,150}?)\s?:\s*"
    r"(?:(?:1|a)[.)]|[-–•])?\s*(?=(?:il|lo|la|i|le|gli|di)\s|l['’])",
    re.I,
)
_TO_WHOM = re.compile(
    r"con (?:decorrenza|effetto) immediat[oa](?: e)?,? ?(?P<until>fino a (?:revoca|nuov[oa] \w+))?,?\s"
    r"ag?li? (?P<who>utenti|cittadini|residenti)(?: del servizio idrico| serviti| residenti| interessati)*"
    r"(?P<where>\s[^:]{3,200}?)?\s?:\s*"
    r"[-–•]?\s*il divieto(?: assoluto)? di (?:utilizzo|uso|consumo) dell['’](?P<what>acqua)",
    re.I,
)
_INSTITUTION = re.compile(r"(?:l['’]|la )istituzione (?P<of>de(?:l|lla|llo|i|gli|lle) |dell['’])", re.I)
_BAN = re.compile(r"(?:il|è fatto) divieto(?: assoluto)? di (?=(?:far )?[a-zà-ù]+(?:are|ere|ire)\b)", re.I)
_BAN_OF_USE = re.compile(  # `con effetto immediato e fino a revoca, il divieto di uso dell'acqua`
    r"(?:(?P<now>con (?:decorrenza|effetto) immediat[oa])(?: e)?,? )?"
    r"(?P<until>fino a (?:revoca|nuov[oa] (?:avviso|comunicazione|ordinanza|disposizione)),? )?"
    r"(?:il|è fatto) divieto(?: assoluto)? di (?:utilizzo|uso|utilizzare|usare) "
    r"(?P<of>de(?:l|lla|llo|i|gli|lle) |dell['’])?",
    re.I,
)
_SIGNED = re.compile(r"^(?:(?:IL|LA) SINDAC[OA]\s+)?(?=ORDINA\b)", re.M)  # an act without recitals
_INFINITIVE = r"[a-zà-ù]+(?:[aei]re|[aei]r(?:lo|la|li|le|si|ne))\b"
_BOUND = re.compile(  # `ai proprietari di terreni, entro il 15 giugno, di tagliare l'erba`
    r"(?:a tutti )?(?P<to>ai|agli|i|gli) (?P<who>(?:proprietari|conduttori|possessori|titolari|gestori"
    r"|amministratori|residenti|cittadini|detentori)\b[^.;:]{0,140}?),?"
    rf"(?P<when> entro (?:il |l['’])[^,.;]{{4,24}})?,? di (?P<deed>{_INFINITIVE}.*)",
    re.I | re.S,
)
_AND_DO = re.compile(rf"( e )di (?={_INFINITIVE})")


def operative(text: str) -> str:
    """A text whose recitals (`VISTO ...; CONSIDERATO ...`) end in ORDINA, without them: `Si ordina ...`.

    Any other text comes back as it is.
    """
    begins = _RECITAL.search(text) or _SIGNED.search(text)
    ends = _OPERATIVE.search(text, begins.end()) if begins else None
    if begins is None or ends is None:
        return text
    ordered = re.sub(r"^\W*(?:1|a)[.)]\s*", "", text[ends.end() :]).lstrip(" \n")
    ordered = _AS_SAID.sub("", ordered)
    verb = ends["verb"].replace(" ", "") if _LETTERS.match(ends["verb"]) else ends["verb"]
    ordered = _POINT.sub(r"\g<stop> ", ordered)
    if lasts := _LASTS.match(ordered):  # `dalle 7 del 3 maggio alle 18 del 9 maggio: 1) l'istituzione …`
        ordered = ordered[lasts.end() :]
    if bans := _TO_WHOM.match(ordered):  # `da subito, agli utenti di Po: - il divieto di uso …`
        where = (bans["where"] or "").strip(" ,")
        whose = "gli" if bans["who"].lower() == "utenti" else "i"
        is_place = where.lower().startswith(("nell", "nei ", "negli ", "in ", "a "))
        of_whom = where if is_place else f"per {whose} {bans['who'].lower()} {where}"
        where = f", {of_whom}," if where else ""
        until = f" e {bans['until'].lower()}" if bans["until"] else ""
        ordered = f"da subito{until}{where} è vietato usare l'{bans['what'].lower()}{ordered[bans.end() :]}"
        before = text[: begins.start()].rstrip()
        return "\n\n".join(filter(None, (before, f"{ordered[:1].upper()}{ordered[1:]}")))
    named = _INSTITUTION.match(ordered)
    if named:
        article = OF_ARTICLE[named["of"].strip().lower().replace("’", "'")]
        sentence = f"Si istituisce {article}{ordered[named.end() :]}"
    elif bound := _BOUND.match(ordered):
        deed = _AND_DO.sub(r"\1", bound["deed"])
        article = "Gli" if bound["to"].lower() == "agli" else "I"
        sentence = f"{article} {bound['who']} devono{bound['when'] or ''} {deed}"
    elif (use := _BAN_OF_USE.match(ordered)) and use["of"]:
        article = OF_ARTICLE[use["of"].strip().lower().replace("’", "'")]
        when = " e ".join(filter(None, ("da subito" if use["now"] else "", (use["until"] or "").strip(" ,"))))
        lead = f"{when[:1].upper()}{when[1:].lower()} è" if when else "È"
        sentence = f"{lead} vietato usare {article}{ordered[use.end() :]}"
    elif ban := _BAN.match(ordered):
        sentence = f"È vietato {ordered[ban.end() :]}"
    else:
        sentence = f"Si {verb.lower()} {ordered[:1].lower()}{ordered[1:]}"
    if lasts:
        when = lasts["when"]
        sentence = f"{when[:1].upper()}{when[1:]}, {sentence[:1].lower()}{sentence[1:]}"
    before = text[: begins.start()].rstrip()
    return f"{before}\n\n{sentence}" if before else sentence
