"""Everyday words for those of the office, and the marks of a typewriter set right.

The words are of the kind that Italy's public guides to plain writing replace. The letters name the guide
where a reader should look; they were set down without the guides at hand and are not yet checked by row:
[S] Codice di stile delle comunicazioni scritte (Funzione pubblica, 1993),
[F] Manuale di stile (A. Fioritto, il Mulino, 1997) and its glossary of "parole da evitare",
[D] Direttiva sulla semplificazione del linguaggio (Frattini, 24 October 2005),
[G] Guida alla redazione degli atti amministrativi (ITTIG-CNR and Accademia della Crusca, 2011),
[I] Guida al linguaggio della Pubblica Amministrazione (Designers Italia, AgID).

Only what is right in every sentence is replaced: no fact, no role (`entro`, `dal`, `fino al`), no "non" is
touched, and nothing within a name (`Ufficio Istanze`) or within quotes.
"""

import re
from functools import lru_cache

from flows.bulletin.language.cues import Cued, replaced
from flows.bulletin.language.marks import tidied

# What opens a sentence and says nothing; the rest is a sentence by itself. [S] [D] [I]
_PEOPLE = (
    r"(?:(?:a|ai|alle|alla|agli|i|le|la|gli) )?(?:gentili |tutti i |tutte le |tutta la )?"
    r"(?:cittadin\w+|cittadinanza|utenti|utenza|residenti|famiglie|interessati|contribuenti|genitori"
    r"|popolazione|studenti|operatori|commercianti|automobilisti|associazioni)"
    r"(?:\s+(?:tutt[ai]|interessat\w|residenti))?"
)
_WHOM = rf"(?:\s+{_PEOPLE}(?:\s+ed?\s+{_PEOPLE})?)?"
_OPENING = re.compile(
    r"^(?:con (?:la|il) presente(?: avviso| comunicazione| nota)?,?\s+)?(?:a tal proposito |al riguardo )?"
    r"(?:si (?:rende (?:altresì )?noto|informa(?:no)?|avvisa(?:no)?|avverte|avvertono|comunica|fa presente"
    r"|fa noto"
    rf"|porta a conoscenza|precisa|segnala|ricorda(?: (?:altresì|inoltre))?){_WHOM}"
    r"|siamo (?:spiacenti|lieti) di (?:dover )?(?:(?:comunicar|informar|annunciar)(?:e|vi))"
    r"|è con (?:grande )?piacere)\s*,?\s+che\s*,?\s+(?=\S)",
    re.I,
)


_AND_THAT = re.compile(
    r"(?=[^.;:]*?\b(?:è|sono|sarà|saranno|va|vanno)\b[^.;:]* e che\s)"
    r"(?P<first>(?:(?!\b(?:che|chi|cui)\b)[^.;:])+?) e che\s"
)  # of what stood behind `si ricorda`
_DAYS = r"(?:lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica)"
_MONTHS = r"(?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre)"
_BY_US = r"(?: dall['’]Amministrazione(?: [Cc]omunale)?| dal Comune)?"  # who else would it be
_WHEN = rf"{_DAYS}|il \d|l['’](?:8|11)\b"
_OF = r"de(l|lla|llo|ll['’]|i|gli|lle)(?=[ \w])"  # `della`, to become `alla`
_TABLE: tuple[tuple[str, str], ...] = (
    # ban and duty: from S, F
    (r"è fatto (?:assoluto )?divieto (?:a (?:chiunque|tutti) )?di\b", "è vietato"),
    (
        r"entro (\d{1,3}|[a-z]+) giorni successivi alla pubblicazione(?: (?:della|dello) stess[ao])?",
        r"entro \1 giorni dalla pubblicazione",
    ),
    (r"i nostri (?=operatori|infermieri|esperti)", "gli "),
    (r"i nostri (?=volontari|tecnici)", "i "),
    (r"è divieto (in tutto il territorio comunale )?di (?=[a-zà-ù]+(?:are|ere|ire)\b)", r"è vietato \1"),
    (r"è fatto obbligo di\b", "è obbligatorio"),
    (r"si prega (?:cortesemente |gentilmente )?di voler\b", "si prega di"),
    (r"sanzione amministrativa(?: pecuniaria)?\b", "multa"),
    (r"sanzioni amministrative(?: pecuniarie)?\b", "multe"),
    # days and hours: the role stays: from S, F, D
    (
        r"(?:a far data|a far tempo|con decorrenza|a partire|a decorrere) (dal|dalle) (?=ore\b|\d|1°"
        r"|primo|mese|giorno)",
        r"\1 ",
    ),
    (r"(?:a far data|a far tempo|con decorrenza|a partire|a decorrere) dall['’](?=\d)", "dall'"),
    (rf"(?:a far data|a far tempo|a partire|a decorrere) da (?={_DAYS})", "da "),
    (r"entro e non oltre\b", "entro"),
    (r"entro la data dell['’]", "entro l'"),
    (r"entro la data del (?=\d)", "entro il "),
    (r"entro il giorno (?=(?:0?8|11)\b)", "entro l'"),
    (r"il giorno (?=(?:0?8|11)\b)", "l'"),
    (r"(fino a|da)l giorno (?=(?:0?8|11)\b)", r"\1ll'"),
    (r"(fino al|dal|al|il) giorno (?=\d)", r"\1 "),
    (r"entro il giorno (?=\d)", "entro il "),
    (rf"(?:il|nel|nei|i) giorn[oi] (?:di )?(?={_DAYS} \d)", ""),
    (rf"da(?:l giorno|i giorni) (?:di )?(?={_DAYS} \d)", "da "),
    (rf"al giorno (?:di )?(?={_DAYS} \d)", "a "),
    (rf"de(?:l giorno|i giorni) (?:di )?(?={_DAYS} \d)", "di "),
    (rf"per (?:il giorno|i giorni) (?:di )?(?={_DAYS} \d)", "per "),
    (r"del giorno (?=(?:0?8|11)\b)", "dell'"),
    (r"del giorno (?=\d)", "del "),
    (r"ne(?:i|lle) (?:giorni|giornate|date) (?=dal \d|dall['’]\d)", ""),
    (r"nella giornata del(?: giorno)? (?=\d)", "il "),
    (r"nell[ae] giornat[ae] di domenica(?! \d)", "la domenica"),  # of every week
    (rf"nell[ae] giornat[ae] di (?={_DAYS}(?! \d))", "il "),
    (rf"nell[ae] giornat[ae] di (?={_DAYS})", ""),
    (r"nel mese di (?=a(?:gosto|prile)\b)", "ad "),
    (rf"nel mese di (?={_MONTHS})", "a "),
    (rf"fino al prossimo (?={_MONTHS})", "fino a "),  # a reader of the message counts it anew
    (r"Q\.re\b", "quartiere"),
    (r"sino (al|alle|alla|a|agli) ", r"fino \1 "),
    (r"sino all['’]", "fino all'"),
    # where: from F, I
    (
        r"(?<!il )(?<!del )(?<!un )(?<!sul )sit[oaie] in (?=via |piazza |viale |corso |largo |località )",
        "in ",
    ),
    (rf"(?:nei pressi|in prossimità) {_OF}", r"vicino a\1"),
    (r"(?:nei pressi|in prossimità) di\b", "vicino a"),
    (r"(?:ubicat|situat)[oaie] (?=in |a |nel|all|alla |presso |lungo |vicino )", ""),
    (r"in loco\b", "sul posto"),
    (
        r"(?:da (?:posizionare|collocare|sistemare|mettere) )?(?:all['’]esterno|al di fuori) "
        r"della (?:tua|propria|vostra) (?:casa|abitazione)\b",
        "fuori casa",
    ),
    (r"presso la (?=(?:Sala|sala|sede|palestra|chiesa|scuola|biblioteca|piscina|Chiesa|Scuola)\b)", "nella "),
    (r"presso la Biblioteca\b", "in Biblioteca"),
    (r"presso il (?=(?:[Tt]eatro|[Cc]inema|[Cc]entro|[Pp]arco|[Cc]ampo|[Mm]useo|[Pp]alazzetto)\b)", "al "),
    (r"presso l['’](?=(?:[Aa]uditorium|[Uu]fficio|[Oo]ratorio|[Oo]spedale|Anagrafe)\b)", "all'"),
    (r"presso il (?=proprio (?:ufficio|studio)\b)", "nel "),
    (r"presso lo (?=(?:[Ss]portello|[Ss]tadio)\b)", "allo "),
    (r"presso gli (?=uffici\b)", "agli "),
    (r"presso i (?=locali\b)", "nei "),
    (r"presso le (?=scuole\b)", "nelle "),
    # by what means: from F, G
    (r"(?:a mezzo|tramite|mediante) (?=(?:pec|PEC|e-?mail|mail)\b)", "via "),
    (r"a mezzo (?:di )?(?=posta\b|fax\b|raccomandata\b)", "per "),
    (r"mediante (?=l['’]|il |la |lo |i |gli |le |un )", "con "),
    (r"previ[ao] (appuntamento|prenotazione)\b", r"su \1"),
    # what ties clauses; `nel caso` bears the subjunctive as `qualora` does, `se` would not: from S, F
    (r"qualora,", "se,"),
    (r"qualora (?=(?:maggior|minor)enn|necessari|possibil|disponibil|interessat|resident)", "se "),
    (r"qualora (?=non \w+(?:at|ut|it|tt|st)[oaie]\b)", "se "),
    (r"qualora\b", "nel caso"),
    (r"(?:al fine|allo scopo) di\b", "per"),
    (r"per quanto concerne\b", "per quanto riguarda"),
    (r"altresì\b", "anche"),
    (r"nonché\b", "e"),
    (r"causa (?=(?:maltempo|lavori|pioggia|neve|sciopero|inventario|guasto)\b)", "per "),
    # verbs: from S, F, G, I
    (r"(dovrà|dovranno|deve|devono|far) pervenire\b", r"\1 arrivare"),
    (r"avrà luogo\b", "si terrà"),
    (r"avranno luogo\b", "si terranno"),
    (r"ha luogo\b", "si tiene"),
    (r"hanno luogo\b", "si tengono"),
    (rf"(?:sarà|verrà) inaugurat[oa]{_BY_US},? (?={_WHEN})", "si inaugura "),
    (rf"(?:saranno|verranno) inaugurat[ie]{_BY_US},? (?={_WHEN})", "si inaugurano "),
    (r"effettuare (?:il|un) (?:versamento|pagamento)(?! d)\b", "pagare"),
    (r"effettuare la prenotazione(?! d)\b", "prenotare"),
    (r"effettuare l['’]iscrizione(?! d)\b", "iscriversi"),
    (r"recarsi\b", "andare"),
    (r"inoltrare\b", "inviare"),
    (r"reperibil(e|i)\b", r"disponibil\1"),
    (r"utilizzare\b", "usare"),
    (r"utilizzando\b", "usando"),
    (r"utilizzo\b", "uso"),
    (r"espletamento\b", "svolgimento"),
    (r"qualsivoglia\b", "qualsiasi"),
    (r"è possibile (?=[a-zà-ù]+(?:are|ere|ire) (?:(?:il|la|lo|una?) |l['’]))", "si può "),
    (r"sarà possibile (?=[a-zà-ù]+(?:are|ere|ire) (?:(?:il|la|lo|una?) |l['’]))", "si potrà "),
    (r"essere in possesso di (?=un|almeno |[A-Z]|identità|cittadinanza)", "avere "),
    (r"essere in possesso del (?=\w)", "avere il "),
    (r"essere in possesso della (?=\w)", "avere la "),
    (r"essere in possesso dei (?=\w)", "avere i "),
    (r"essere in possesso degli (?=\w)", "avere gli "),
    (r"essere in possesso delle (?=\w)", "avere le "),
    (r"essere in possesso dell['’](?=\w)", "avere l'"),
    (r"cesserà di essere valid([oa]) (?:il|dal) (?=\d)", r"non sarà più valid\1 dal "),
    (r"cesseranno di essere valid([ie]) (?:il|dal) (?=\d)", r"non saranno più valid\1 dal "),
    (r"cesserà di essere valid([oa])(?![^.]{0,80}\d)", r"non sarà più valid\1"),
    (r"cesseranno di essere valid([ie])(?![^.]{0,80}\d)", r"non saranno più valid\1"),
    (r"diviene (?=necessari|obbligatori)", "diventa "),
    # by what means: from D, I
    (r"esclusivamente (?:per via|in modalità) telematica\b", "solo online"),
    (r"(?:per via|in modalità) telematica\b", "online"),
    (r"esclusivamente (?=on|via |per |con |all|nell?|su |tramite )", "solo "),
    (r"(?<=\ble )FAQ\b", "domande frequenti"),
    # istanza and domanda are both feminine; before a d nothing is elided: from F, G, I
    (r"(l|all|dell|dall|nell|sull|un|quest)['’]istanza\b", r"\1a domanda"),
    (r"d['’]istanza\b", "di domanda"),
    (r"(?<!prima )(?<!seconda )(?<!ultima )istanz(a|e)\b", r"domand\1"),
    # schools as every family calls them [F]; `secondarie di primo e secondo grado` stays
    (r"([Ss]cuol[ae] primari[ae] e )[Ss]econdaria di (?:[Pp]rimo|I|1[°º]) [Gg]rado\b", r"\1media"),
    (r"[Ss]cuola [Ss]econdaria di (?:[Pp]rimo|I|1[°º]) [Gg]rado\b", "scuola media"),
    (r"[Ss]cuole [Ss]econdarie di (?:[Pp]rimo|I|1[°º]) [Gg]rado\b", "scuole medie"),
    (r"[Ss]cuola [Ss]econdaria di (?:[Ss]econdo|II|2[°º]) [Gg]rado\b", "scuola superiore"),
    (r"[Ss]cuole [Ss]econdarie di (?:[Ss]econdo|II|2[°º]) [Gg]rado\b", "scuole superiori"),
    # counts [F]: `di n. 3 aree`
    (r"(di|per|con|sono|da) n[.°] ?(?=\d{1,3} [a-zà-ù]{4,})", r"\1 "),
    # a school is no name
    (r"[Ss]cuola Primaria\b", "scuola primaria"),
    (r"[Ss]cuole Primarie\b", "scuole primarie"),
    (r"[Ss]cuola Secondaria\b", "scuola secondaria"),
    (r"[Ss]cuole Secondarie\b", "scuole secondarie"),
    (r"[Ss]cuola dell['’]Infanzia\b", "scuola dell'infanzia"),
    (r"[Ss]cuole dell['’]Infanzia\b", "scuole dell'infanzia"),
    # what is short on a poster is read out by nobody
    (r"p\.z?za (?=[A-ZÀ-Ý])", "piazza "),
    (r"v\.le (?=[A-ZÀ-Ý])", "viale "),
    (r"c\.so (?=[A-ZÀ-Ý])", "corso "),
    (r"(\d{1,3})mo (?=[a-z])", r"\1° "),
    (r"(\d{1,3})ma (?=[a-z])", r"\1ª "),
)
# Only one verb may follow, else the others would keep their plural.
_THOSE_INTERESTED = re.compile(
    r"\bgli interessati (possono|devono|potranno|dovranno)\b"
    r"(?![^.]{0,400}\be (?:possono|devono|potranno|dovranno|sono|hanno|saranno)\b)"
)
_SINGULAR = {"possono": "può", "devono": "deve", "potranno": "potrà", "dovranno": "dovrà"}
_QUOTED = re.compile(r"(«[^«»]{0,300}»|“[^“”]{0,300}”|\"[^\"]{0,300}\")")
_OPENS = re.compile(r"(?:^|(?<=[.!?] ))[A-ZÈ](?=[a-zà-ù' ’])")
_CHANGES = tuple((Cued(rf"(?<![\w'’-]){words}"), new) for words, new in _TABLE)


@lru_cache(maxsize=4096)
def plainer(text: str) -> str:
    """`text` in everyday words, set right by `tidied` before; names, quotes and facts stay as they are."""
    text = tidied(text)
    opened = _OPENING.sub("", text, count=1)
    if second := _AND_THAT.match(opened):
        opened = f"{second['first']} e {opened[second.end() :]}"
    parts = _QUOTED.split(opened)  # every second one is quoted
    parts[::2] = (_plainer(part, starts=place == 0) for place, part in enumerate(parts[::2]))
    plain = re.sub(r"  +", " ", "".join(parts)).strip()
    return plain[:1].upper() + plain[1:] if text[:1].isupper() else plain


def _plainer(text: str, *, starts: bool) -> str:
    """The words of the table for those of the office; a capital counts only where a sentence begins."""
    small = _OPENS.sub(lambda match: "\0" + match[0].lower() if starts or match.start() else match[0], text)
    small = replaced(_CHANGES, small)
    small = _THOSE_INTERESTED.sub(lambda match: f"chi è interessato {_SINGULAR[match[1]]}", small)
    return re.sub("\0(.)?", lambda match: (match[1] or "").upper(), small)
