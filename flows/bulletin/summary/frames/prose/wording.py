"""An office's own sentence as a citizen reads it: no preamble, no number of an act,
days and prices in plain form.

What a sentence says is never changed and nothing of its matter is taken out.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from flows.bulletin.language.cues import Cued, replaced
from flows.bulletin.language.dates import MONTHS
from flows.bulletin.language.infinitives import order_of, says
from flows.bulletin.language.plain_words import plainer
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.summary.frames.prose.addressed import addressed
from flows.bulletin.summary.frames.prose.announcing import announced
from flows.bulletin.summary.frames.prose.enacted import as_found
from flows.bulletin.summary.frames.prose.legal import without_law
from flows.bulletin.summary.frames.prose.ordered import ordered
from flows.bulletin.summary.frames.prose.preambles import without_preamble
from flows.bulletin.summary.frames.prose.recitals import without_recitals
from flows.bulletin.summary.frames.prose.scheduled import present
from flows.bulletin.summary.frames.times.clock import in_moments
from flows.bulletin.summary.frames.times.notation import clock, plain_figures

_ON_WHOSE_WORD = re.compile(
    r"^(?:come (?:previsto|comunicato|segnalato|annunciato) da(?:l|llo|lla|i|gli)?"
    r"|come da (?:nota|comunicazione|richiesta|avviso)"
    r"|(?:vista|a seguito di) (?:nota|richiesta|comunicazione)"
    r"|ai sensi|in base a|(?:in (?:esecuzione|ottemperanza|attuazione)|a parziale \w+))\b[^,;:]{0,90},\s+"
    r"(?:(?:comm[ai]|lett\w*\.?)\s[^,;:]{1,30},\s+)?(?:de(?:l|lla|i)\s[^,;:]{3,60}\d[^,;:]{0,20},\s+)?",
    re.I,
)
_THAT_NIGHT = re.compile(  # the day of which nobody needs: `del cedimento verificatosi questa notte`
    r",?\s(?:verificat|avvenut|accadut)[oaie](?:si)?\s"
    r"(?:questa notte|stanotte|ieri(?:\ssera|\smattina)?)\b"
)
_UPDATED = re.compile(r"^aggiornamento\s(?:delle\s|alle\s|del(?:le)?\s)?(?:ore\s)?[\d:./]+\s?[-–:]\s+", re.I)
SERVICE = re.compile(
    r"^per (?:accedere al servizio|(?:poter )?presentare (?:la )?domanda|la domanda|richiederl[oa])\b", re.I
)
_ACT_NAME = (
    r"(?:propri[ao]\s+)?(?:determin\w+|deliber\w+|decret[oi]|ordinanz[ae]|ord\.|o\.s\.|d\.?\s?g\.?\s?[rc]\.?|dgr)"
    r"(?:\s+(?:dirigenzial[ei]|sindacal[ei]|regional[ei]|di giunta|del sindaco|della giunta|di consiglio"
    r"|comunal[ei]|del responsabile(?: del(?:l['’]area| settore"
    r"| servizio)(?: [\w’']+){1,6}?(?=,? n[.°º]))?|del consiglio|giunta"
    r"|[gc]\.\s?c\.|(?:della|di) polizia (?:locale|municipale)|contingibil[ei] ed? urgent[ei]"
    r"|del (?:comando|comandante|dirigente)|dell['’]ufficio \w+)){0,3}"
)
_NUMBER = (
    r"\s+(?:n[.°º]?\s*(?:ro\.?\s*)?)?\d{1,6}(?:\s?/\s?\d{2,4})?(?:\s+di reg\.)?"
    rf"(?:\s*,?\s*(?:del(?:l['’])?|di \w+[ìoa]|in data|dd)\s*(?:\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}"
    rf"|\d{{1,2}}[°º]?\s+{MONTH}(?:\s+\d{{4}})?))?"
    r"(?:\s+(?:del(?:la|lo)?\s|dell['’]\s?)(?:responsabile|dirigente|comand\w+|servizio|settore|ufficio|area|sindac[oa]"
    r"|polizia)\b(?:\s[\w’']+){0,6}?(?=,|\s(?:è|sono|viene|vengono|sarà|saranno|verrà|verranno|si|il|la|ha)\s))?"
    r"(?:,?\s+(?:dichiarat[ao]\s+)?immediatamente\s+eseguibile(?:\s+ai\s+sensi\s+di\s+legge)?)?"
)
_ACT_ASIDE = re.compile(
    r"(?P<before>^|,\s*(?:(?:approvat|finanziat|istituit|indett|adottat|dispost|emess)[oaie] (?=con ))?|\s)"
    r"(?:con|giusta|come da|in esecuzione (?:di|della))\s+"
    rf"(?:la\s+|il\s+)?{_ACT_NAME}{_NUMBER}(?:\s+di (?:oggi|ieri|data odierna)\b)?(?P<after>\s*,)?",
    re.I,
)
_ON_WHAT_GROUND = re.compile(  # `A seguito del DPCM …, si comunica che`
    r"^(?:a seguito|in seguito|in attuazione|in applicazione|in ottemperanza|ai sensi|vist[aoei])\b"
    r"(?=[^;]{0,60}\b(?:dpcm|decret\w+|ordinanz\w+|deliber\w+|legge|dgr|circolare|determin\w+|regolament\w+)\b)"
    r"[^;]{5,220}?,\s(?=si (?:comunica|informa|avvisa|rende noto)\b[^,.;]{0,40}\bche\b)",
    re.I,
)
_ACT_WITHOUT_NUMBER = re.compile(  # `Con apposita ordinanza il sindaco …`, `Con delibera di Giunta è stato …`
    rf"^con (?:apposita |propria |un['’])?{_ACT_NAME}"
    r"(?: (?:appena )?(?:assunt|approvat|adottat|firmat|emess)[oa]"
    r"(?: (?:ieri|oggi|dal|dalla|dal consiglio|dalla giunta)[^,;.]{0,40}?(?= (?:è|sono|ha|hanno)\b))?)?"
    r",? (?!n[.°º]|prot|\d|che\b|l[ae]\b|dell?a?\b|si )(?=\w)",
    re.I,
)
_OWN_NUMBER = re.compile(r"\b(avviso(?: pubblico)?|bando) n[.°º]?\s*\d{1,6}/\d{4}(?=[\s,.])", re.I)
_ANNEX = re.compile(r"\s*\((?:annesso|allegat[oiae]|all\.|modello|mod\.|vedi|v\.)[^()]{0,40}\)", re.I)
_LAW = re.compile(
    r"\s*\((?:legge|l\.\s?r\.|l\.\s?\d|d\.?\s?lgs|dgr|d\.?\s?p\.?\s?r|d\.?\s?l\.|regolamento|direttiva"
    r"|art\.|ai sensi)"
    r"[^()]{0,90}\)",
    re.I,
)
_ORIGINALLY = re.compile(rf"\s*\((?:albo|già|gi[aà]) [^()]{{0,80}}{_ACT_NAME}[^()]{{0,60}}\)", re.I)
_FROM_BY = Cued(rf"(?P<begins>\bdal \d{{1,2}} (?:{'|'.join(MONTHS)})(?: 20\d\d)?),? (?:ed? )?entro il ")
_SINCE = (
    rf"(?P<from>\b[Dd]al |\b[Dd]all['’]|(?P<weekday>\b[Dd]a {WEEKDAY} ))(?P<first>\d{{1,2}}[°º]?)"
    rf" (?P<month>{'|'.join(MONTHS)})"
)
_TO = rf" (?:e )?(?:fino )?(?P<to>(?(weekday)a {WEEKDAY} |(?:al |all['’])))(?P<last>\d{{1,2}}) (?P=month)\b"
_ONE_MONTH = Cued(f"{_SINCE}{_TO}")
_SAME_MONTH = re.compile(rf"{_SINCE} (?P<year>20\d\d){_TO} (?P=year)\b")
_SAME_YEAR = re.compile(
    rf"(?P<first>\b[Dd]al(?: |l['’])\d{{1,2}}[°º]? (?:{'|'.join(MONTHS)})) (?P<year>20\d\d)"
    rf" (?:e )?(?:fino )?(?P<to>al |all['’])(?P<last>\d{{1,2}} (?:{'|'.join(MONTHS)})) (?P=year)\b"
)
_BEFORE_A_VOWEL = re.compile(  # `l'8 maggio`, `dall'11 maggio`
    rf"\b(?:[Ii]l|(?P<of>[Dd]al|[Aa]l|[Dd]el))\s(?=(?:8|11) (?:{'|'.join(MONTHS)})\b)"
)


def _small(match: re.Match[str]) -> str:
    return match[0].lower()


def _small_of(match: re.Match[str]) -> str:
    return f"{match[1]} {match[2].lower()}"


def _elided(match: re.Match[str]) -> str:
    """`il 8 maggio`, `dal 11 giugno` with the article that eight and eleven want."""
    article = match[1]
    return f"{'L' if article[0] == 'I' else 'l'}'" if article.lower() == "il" else f"{article}l'"


def _stands(match: re.Match[str]) -> str:
    """`Riapre a maggio - Aperti i bar` as `Riapre a maggio. Sono aperti i bar`."""
    return f". {'È' if match['end'] in 'oa' else 'Sono'} {match[1].lower()}{match['end']} "


def _school_year(match: re.Match[str]) -> str:
    """`nell'anno scolastico ` of `nell'a.s. `: whose article must stay."""
    return f"{match[1]}'anno {'scolastico' if match[2].lower() == 's' else 'educativo'} "


def _from_to(match: re.Match[str]) -> str:
    """`, dalle 22 alle 6` of `con orario 22.00-6.00`."""
    return f", dalle {clock(match['h1'], match['m1'])} alle {clock(match['h2'], match['m2'])}"


def _made_public(found: re.Match[str]) -> str:
    """`Sono pubblicate` of what an office makes known: nobody asks which office."""
    return "Sono pubblicate " if found["article"].lower() == "le" else "È pubblicata "


def _they(match: re.Match[str]) -> str:
    """`i volontari partecipano` of `la nostra associazione partecipa`: whose, the page alone knows."""
    verb = f"{match[1]}ano" if match[1] else f"{match[2] or match[3]}ono"
    return f"{'I' if match[0][0] in 'IL' else 'i'} volontari {verb}{' ' if match[3] else ''}".rstrip() + (
        " " if match[3] else ""
    )


_REPLACED: tuple[tuple[Cued, str | Callable[[re.Match[str]], str]], ...] = tuple(
    (Cued(pattern, flags), new)
    for pattern, new, flags in (
        (
            r",? (?:con|in) orario:? (?P<h1>\d{1,2})[.:](?P<m1>\d\d) ?[-–] ?(?P<h2>\d{1,2})[.:](?P<m2>\d\d)",
            _from_to,
            re.I,
        ),
        (
            rf"(?<=\d) ({MONTH}|{MONTH} 20\d\d) \((\d{{1,2}}[:.]\d\d) ?[-–] ?(\d{{1,2}}[:.]\d\d)\)",
            r" \1, dalle \2 alle \3,",
            re.I,
        ),
        (
            r"^(?:Gentili|Cari|Care) (?:concittadin\w+|cittadin\w+|famiglie|utenti|genitori|amic[ih]e?|soci)"
            r"(?: e \w+)?,\s",
            "",
            0,
        ),
        (r",? con i seguenti orari:", ",", 0),
        (r",\s(?:pertanto|quindi|infatti|dunque|inoltre|altresì),(?=\s)", "", 0),
        (
            r"^Anche (?:quest['’]anno|per (?:quest['’]anno|il 20\d\d)), "
            r"(?=(?:il|lo|la|i|gli|le|si|torna) |l['’])",
            "",
            0,
        ),
        (r"(dalle \d\d?(?::\d\d)?),? e fino (?=alle \d)", r"\1 ", re.I),
        (r"^Che (?=(?:il|lo|la|i|gli|le|dal|dalle) |l['’])", "", 0),  # whose `si avvisa` stood above
        (r"\b(in (?:arrivo|consegna|distribuzione)) in questi giorni\b", r"\1", 0),
        (r"^Anche ([pn])(?=er (?:l['’]anno|il 20|la stagione)|el 20\d\d\b)", lambda it: it[1].upper(), 0),
        (r" (?:di|in) questi (?:ultimi )?giorni(?=[.,])", "", 0),
        (
            r",\s(?:in collaborazione con|d['’]intesa con|(?:con (?:il|la)|grazie al(?:la)?) "
            r"(?:prezios[oa] )?(?:patrocinio|contributo|sostegno|supporto|collaborazione|aiuto)"
            r" (?:di|del\w*|dell['’]))[^,.;:\d]{3,120},(?=\s(?:[a-zà-ù]{3,}|è|ha|si|una?)\b)",
            "",
            0,
        ),
        (r"\bdel(?:la)? (?=(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica) \d)", "di ", 0),
        (
            r"\bil (?=(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato) \d{1,2} [a-z]{4,9}\b)",
            "",
            0,
        ),
        (r"(?<=\bentro )il (?:corrente )?mese (?:corrente )?di (?=[a-z])", "", 0),
        (r"^Nei \w+ giorni successivi,? e quindi (?=entro\b)", "", 0),
        (r"^In questi giorni,? (?=(?:i|gli|le|il|la|lo) [a-zà-ù]+ stan?n?(?:no|) )", "", 0),
        (r"\b((?:scarica|trova)\w*) (?:qui sotto|in fondo alla pagina)\b", r"\1 dalla pagina", 0),
        (
            r"^(?:Nei prossimi giorni|Nelle prossime settimane|A breve|Prossimamente),? "
            r"(?=(?:(?:il|lo|la|i|gli|le) |l['’])[^.;,]{3,90}?(?:rà|ranno)\b)",
            "",
            0,
        ),
        (r"\b([a-zà-ù]{3,})o/a\b", r"\1o o \1a", 0),
        (r"^Da oggi,? (?=è possibile |si (?:può|possono) |puoi )", "", 0),
        (r"\ba far data dal", "dal", re.I),
        (rf"\b({WEEKDAY}|del|il), (?=\d{{1,2}}[°º]? {MONTH}\b)", r"\1 ", re.I),
        (r"\bal sottoscritto (?=sindaco\b)", "al ", re.I),
        (r"\balla sottoscritta (?=sindaca\b)", "alla ", re.I),
        (
            r"^(Si (?:chiede|invita|raccomanda|prega|consiglia)),? (?:pertanto|quindi|dunque|perciò)\b",
            r"\1",
            0,
        ),
        (
            r"^(Si \w+)(?: (?:ai|i|la|alla) \w+)?, nelle (?:giornate|date) (?:\w+ )?indicate, ",
            r"\1 in quei giorni ",
            0,
        ),
        (r"^Nel periodo delle fest(?:e|ività) \w+, (?=i giorni |gli uffici |il |la )", "", re.I),
        (r"^Si (?:comunica|informa) di aver(?:e)? (?=\w+(?:at|ut|it|st)[oaie]\b)", "Il Comune ha ", 0),
        (
            r"\bper un periodo di \w+ giorni(?: consecutivi)?, (?:e )?(?:pertanto |quindi )?(?=fino)",
            "",
            re.I,
        ),
        (r"(?<=\d) compreso\b(?! (?:il|lo|la|l['’]))", "", 0),
        (rf"(?<=\d)( {MONTH}(?: 20\d\d)?)?,? (?:compres|inclus)i\b(?! (?:i|gli|le) )", r"\1", re.I),
        (r"(?<=[a-zà-ù]) (?:pertanto|dunque|perciò|infatti|inoltre|altresì)(?= [a-zà-ù])", "", 0),
        (r"(?<=[a-zà-ù] )NON(?= [a-zà-ù])", "non", 0),
        (
            rf"\b[np]e(?:l|ll[ae]|r l[ae]) (?:sole )?(?:giornat[ae]|data) (?:di|del)? ?(?={WEEKDAY} \d)",
            "",
            re.I,
        ),
        (rf"\bin data (?={WEEKDAY} \d)", "", re.I),
        (rf"\bin data (?=\d{{1,2}}[°º]? {MONTH})", "il ", re.I),
        (rf"\bnella mattinata di (?={WEEKDAY})", "la mattina di ", re.I),
        (
            r"\b(?:si rende(?:rà)?|sarà|è) necessari[oa] (?=la (?:temporanea )?(?:chiusura|sospensione"
            r"|interruzione))",
            "è prevista ",
            re.I,
        ),
        (rf"\b({MONTH}) (?:p\.\s?v\.|c\.\s?a\.)", r"\1", re.I),
        (r"^(?=(?:Regione|Provincia|Protezione [Cc]ivile)\b)", "La ", 0),
        (rf"\b0(\d) (?={MONTH})", r"\1 ", re.I),
        (r"\ba (?:partire|decorrere) dal(?= \d| 1°|l['’]\d)", "dal", re.I),
        (r"\b(?:ed )?entro e non oltre (?=il|le|l['’])", "entro ", re.I),
        (r"\b(il|dal|al) giorno (?=\d)", r"\1 ", re.I),
        (rf"\b(il|dal|al|del|nel) (?=(?:8|11) {MONTH})", _elided, re.I),
        (r"\bdal (\d{1,2} \w+(?: \d{4})?) ed? entro il (?=\d)", r"dal \1 al ", 0),
        (r"\bdal (\d{1,2} \w+(?: \d{4})?) e non oltre il (?=\d)", r"dal \1 al ", 0),
        (r"\b([Dd]al) (\d{1,2}[°º]? \w+(?: \d{4})?) e fino (?=al \d)", r"\1 \2 ", 0),
        (r"\bpresentare/trasmettere\b", "presentare", re.I),
        (r"\bon[- ]line\b", "online", re.I),
        (r"\bil calendario che ci è stato comunicato\b", "il calendario nella pagina", re.I),
        (
            r"(\bonline\b[^.;:]{0,50}?),? accedendo (?:al|dal) (?:\w+ )?link:? https?://\S+(?=\.$)",
            r"\1",
            re.I,
        ),
        (
            r"\bonline,?\s?:?\s(?:(?:su|sul sito|sul portale|all['’]indirizzo)\s)?https?://\S+(?=[.;]?$)",
            "online",
            re.I,
        ),
        (
            r"\b(?:al|dal|tramite il|attraverso il)\s(?:seguente\s|presente\s)?link\s?:?\s\(?https?://[^\s)]+[^\s).,;]\)?",
            "dal link nella pagina",
            re.I,
        ),
        (  # what a slogan adds to whom one seeks
            r"^([^:“”\"]{10,}\b(?:cerca|cercano|volontari[oe]?|donatori)\b[^:“”\"]*):\s[“\"«][^”\"»\d]{3,60}[”\"»]\.?$",
            r"\1.",
            re.I,
        ),
        (
            r"\b(?:il nostro (?:gruppo|comitato)|la nostra associazione) "
            r"(?:(partecip)a|(aderisc)e|(prend)e (?=parte))",
            _they,
            re.I,
        ),
        (r"\b(dal?|al) n\.\s?(?=\d)", r"\1 numero ", 0),
        (r"\bn\.\s(?=\d{1,3} [a-z])(?!\d{1,3} ed? n\.)", "", 0),
        (r"\be/o\b", "o", 0),
        (r"\bnonche'", "nonché", 0),
        (r"(?<=[a-z])a' ", "à ", 0),
        (
            r"\b(modello|modulo|avviso|bando) allegato"
            r"(?: al(?:l['’]| (?:presente )?)(?:bando|avviso))?(?=[.,;]|$)",
            r"\1 allegato alla pagina",
            0,
        ),
        (r"\ba mezzo (?=pec|e-?mail|posta)", "per ", re.I),
        (r"\b(nell|dell|dall|all|(?<!per )l)['’]\s?a\.?\s?([se])\.?\s?(?=20\d\d)", _school_year, re.I),
        (r"\b(?:per l['’]\s?)?[Aa]\.?\s?[SsEe]\.?\s?(?=20\d\d)", "", 0),
        (r"^(?:I cittadini|Gli utenti) possono (?=\w+re )", "Puoi ", 0),
        (r"\bè pari ad? (?=\d)", "è di ", 0),
        (r"\s*\(termin[ei] perentori[oa]\)", "", re.I),
        (
            r"\b[a-zà-ù]+,? (?:Cittadini|Utenti|Famiglie|Alunni|Studenti|Genitori)\b(?= [a-zà-ù])",
            _small,
            0,
        ),
        (r"\b(Comun[ei]|Uffici[o]?|Serviz[io]+) (Del|Della|Dei|Delle|Di)\b(?= [A-Z])", _small_of, 0),
        (r"(?<=[a-zà-ù]) [-–] (Apert|Chius|Sospes)(?P<end>[oaie]) (?=[A-ZÀ-Ýa-zà-ù])", _stands, 0),
        (
            rf"^((?:{WEEKDAY} |Il )\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?), (?=(?:è|sono|sarà|saranno|verrà"
            rf"|verranno) )",
            r"\1 ",
            re.I,
        ),
        (rf"^(In occasione de[^,\d]{{3,50}}?)(?<! di) (?={WEEKDAY} \d{{1,2}} )", r"\1, ", 0),
        (r"^In (?:questo|tale) periodo,? ", "In tutto il periodo ", 0),
        (
            r"^Si comunicano (?:le |alcune )?(variazioni|modifiche) (?:de|a)l servizio",
            r"Ci sono \1 nel servizio",
            0,
        ),
        (r"^In alternativa,? si (?=(?:può|possono) (?:us|utilizz|percorr|prend|pass)\w+ )", "Si ", 0),
        (r"\b(?:su|in) questo sito\b", "sul sito", 0),
        (
            r"^((?:La|Il|L['’]|Lo|I|Gli|Le)(?:[^.;:,\"]|\"[^\"]{2,30}\"){3,80}?)"
            r" (?:comunica|informa|avvisa)(?:no)?(?: (?:a|ai|alla|la|gli|agli|i) [^.,;:]{3,40})? che "
            r"(?=(?:rest|riman|rimarr|sar|osserv|chiud)\w+ )",
            r"\1 ",
            0,
        ),
        (
            r"^(?:L['’]|Il |La |Lo )[^.;:]{3,60}? rende not[oaie] (?:in allegato )?"
            r"(?=(?P<article>le|la) graduatori[ae]\b)",
            _made_public,
            re.I,
        ),
        (r"^Dalla data di pubblicazione (?:della|del|dell['’]) ?\w+ (?=.*\bsuccessivi alla pubblic)", "", 0),
        (r"\bè ammessa (?:istanza|domanda) di (\w+) da presentarsi\b", r"si può presentare domanda di \1", 0),
        (r"\b((?:potr|sar|verr|dovr)\w+|è|sono) (?:pertanto|quindi|altresì),? ", r"\1 ", 0),
        (r"\s+([.,;:])", r"\1", 0),
        (r"\s{2,}", " ", 0),
    )
)
_TO_VA = re.compile(
    r"\b(?:dovr(?:à|anno)|dev(?:e|ono)) essere (?P<rest>(?:obbligatoriamente |esclusivamente |sempre )?)"
    r"(?P<verb>presentat|inviat|trasmess|consegnat|compilat|inoltrat|spedit|effettuat|richiest|firmat|allegat)"
    r"(?P<end>[aeio])\b",
    re.I,
)
_ANOTHER_ORDER = re.compile(r"(?:\be|[,;.])\s(?:(?:non|di|ed?)\s)?\w+(?:are|ere|ire|arsi|ersi|irsi)\b", re.I)

_PERIOD_APART = re.compile(  # `Dal 1° maggio al 30 ottobre: ogni chilometro vale punti`
    rf"^(?P<period>Dal(?:l['’]|\s)\s?\d{{1,2}}[°º]? (?:{MONTH} (?:20\d\d )?)?al(?:l['’]"
    rf"|\s)\s?\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?): "
    r"(?=[a-zà-ù])"
)


@lru_cache(maxsize=2048)
def worded(sentence: str) -> str:
    """`Si avvisa che con determina n. 8 del 3/2/2026 il bando scade il 30/10/2026` -> `Il bando scade il 30
    ottobre 2026.`"""
    text = _ANNEX.sub("", _ORIGINALLY.sub("", _THAT_NIGHT.sub("", sentence.strip())))
    text = announced(without_preamble(_ON_WHAT_GROUND.sub("", _UPDATED.sub("", without_recitals(text)))))
    text = without_law(_LAW.sub("", text))
    text = _ON_WHOSE_WORD.sub("", text)
    text = _ACT_ASIDE.sub(_aside, text).strip(" ,")
    text = _ACT_WITHOUT_NUMBER.sub("", text)
    text = ordered(text)
    text = _OWN_NUMBER.sub(r"\1", text)
    text = in_moments(plain_figures(text))
    text = replaced(_REPLACED, text)
    text = as_found(text)
    text = _BEFORE_A_VOWEL.sub(lambda lead: "L'" if lead[0][:1] == "I" else f"{lead['of'] or ''}l'", text)
    text = _to_you(text)
    text = addressed(text)
    text = _ONE_MONTH.sub(r"\g<from>\g<first> \g<to>\g<last> \g<month>", text)
    text = _SAME_MONTH.sub(r"\g<from>\g<first> \g<to>\g<last> \g<month> \g<year>", text)
    text = _SAME_YEAR.sub(r"\g<first> \g<to>\g<last> \g<year>", text)
    text = _PERIOD_APART.sub(r"\g<period> ", text)
    text = _FROM_BY.sub(r"\g<begins> al ", _TO_VA.sub(_to_va, text))
    text = present(plainer(text[:1].upper() + text[1:]))
    return text if text.endswith((".", "!", "?", ".»", ".”", ".)")) else f"{text.rstrip(' ,;')}."


def _aside(match: re.Match[str]) -> str:
    if not match["before"] or (match["before"].strip() and match["after"]):
        return " " if match["before"].strip() else ""  # both commas belong to the aside
    return f"{match['after'] or ''}"


def _to_you(text: str) -> str:
    """`Evita le ore calde.` of `Evitare le ore calde.`; an order with a second one stays as it is."""
    first, _, rest = text.partition(" ")
    order = order_of(first)
    is_told = order and rest and _ANOTHER_ORDER.search(rest) is None and not says(text)
    return f"{order} {rest}" if is_told else text


def _to_va(match: re.Match[str]) -> str:
    plural = match["end"] in "ei" and match[0].lower().startswith(("dovranno", "devono"))
    return f"{'vanno' if plural else 'va'} {match['rest']}{match['verb']}{match['end']}"
