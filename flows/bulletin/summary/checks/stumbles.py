"""What makes the reader of a whole text stumble where each of its sentences may stand: a heading in quotes
for a subject, a chain of purposes, an aim without the deed, a change that is told without its day.

The texts that two strict readers sent back had these openings twice as often as those that they passed.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import gender_of
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.sentences import has_verb, split
from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.language.titles import folded, invites
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.checks.read_alone import read_alone
from flows.bulletin.summary.checks.titled import DAYS_LEFT, titled_left_out

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
_VERBLESS = re.compile(
    r"(?:(?:Per|In occasione d\w+|Con|A seguito d\w+|Presso|Molto|Tant[oaie]|Grande|Ottim[oaie]"
    r"|Numeros[ei])\s|(?:Il|Lo|La|I|Gli|Le)\s\w+\s(?:(?:in|per|con|di)\s)?cui\s)"
)
_RELATIVE = re.compile(r"\b(?:che|cui|dove)\b")
_PRONOUNS = re.compile(r"^\s*(?:(?:non|si|ci|vi|ne|lo|la|li|le|gli)\s)+")  # `si` alone may be a verb's
_POINTS = re.compile(
    r"(?:tutti\s)?(?:i\s|gli\s|le\s|l['’])?(?:requisiti|documenti|modul\w+|modalità|elenco)\b"
    r"[^.]{0,60}\bnella pagina",
    re.I,
)
_QUALIFIED = re.compile(
    r"gratuit\w+[^.]{0,40}\b(?:ma|salvo|previ[ao]|solo|se|tranne|con)\b[^.]{0,40}(?:\[?…\]?|\[?\.{3}\]?)\s*$"
)
# a level is for a hazard, a road for a town, a competition by examination for two posts
_OF_CHAINS = frozenset({Kind.alert, Kind.road, Kind.job})
_LEANING = re.compile(
    r"(?:Nell[ae] stess[ae]|Nello stesso|Negli stessi|Nell[ae] medesim[ae]|Nei medesimi|Nell['’]occasione"
    r"|In tal caso|In questo caso|A tal fine|Nel frattempo"
    r"|Inoltre|Infine|In tutto il periodo)\b"
)
_TURBID = re.compile(r"\b(?:può|potr\w+)\s\w+(?:\s\w+)?\storbid[ao]\b", re.I)
_SMALL_STREETS = re.compile(r"\b[Vv]ie: (?!(?:de|di|da)[a-z]* [A-Z]|via )[a-zà-ù]+")  # `nelle vie: roma`
_HEADLINE = re.compile(r"\bc'è «[^»:]+: (?P<said>[^»]+)»")  # `c'è «Premio Alba: vince la 3B»`
_PUBLISHED_TWICE = re.compile(
    r"\b(?P<deed>pubblicat|approvat|prorogat|riapert|chius)[oaie]\b[^.]{3,120}, (?P=deed)[oaie]\.",
    re.I,
)
_CONTACT = re.compile(
    r"Chi non |(?:Cellulare|Telefono|Tel|E-?mail|Indirizzo|Contatti|Info(?:rmazioni)?)\s?[:.]", re.I
)
_AS_NOUN = re.compile(r"(?:Il|Lo) (?!cantiere (?:d|in)|quart|consigl|tit|carab)[a-zà-ù]{3,}(?:are|ere|ire) ")
_LABELLED = re.compile(r"\bprossim[oi] appuntament[oi]\s?:", re.I)
_WITHOUT_SUBJECT = re.compile(  # `Possono attivare il servizio`: who, a line before it says
    r"(?:Deve|Devono) essere [a-zà-ù]+[oaie] (?!tutt|il |lo |la |i |gli |le |l['’])[\d(]"
    r"|Non [a-zà-ù]+r(?:lo|la|li|le), salvo\b"
    r"|(?:Possono|Devono|Potranno|Dovranno)\s(?!essere\b)[a-zà-ù]+\s"
    r"(?!.*\b(?:i|gli|le|chi|tutti|tutte|coloro|quanti|solo|soltanto|anche|sia|imprese|associazioni|famiglie|cittadini"
    r"|residenti|persone|giovani|studenti|enti|soggetti)\b)"
)
_PAPER_ASKED = re.compile(
    r"\b(?:domanda|candidarti|iscriverti) (?:per|a) «(?:Rettifica|Errata|Integrazione|Aggiornamento"
    r"|Avvis[oi]|Bando|Assegnazione|Comunicazion[ei]|Notizie|Informazioni)\b"
    r"|^(?:Gli avvisi|Le (?:comunicazioni|notizie|informazioni))\b[^.]*\bscadono\b"
)
_VOTES = re.compile(r"\b[Ss]i vota (?:sabato|domenica|lunedì)(?! \d)")
_FOR_A_CALL_TO = re.compile(r"Per la convocazione\b")  # `assemblea sul piano`, as titles shorten it
_FOR_IT = re.compile(r"Per (?:[a-zà-ù]+[aei]r)(?:la|lo|le|li|ne|vi)\b")  # what, the text has not said
_MEASURES_ALONE = re.compile(  # `Per l'influenza le misure per chi alleva polli.`
    r"Per [^.,;:«]{3,60} (?:il|lo|la|i|gli|le) [a-zà-ù]+ (?:per|di|a|da) chi [^.,;:]+\."
)
_THOSE_DAYS = re.compile(
    r"\b(?:in|di|durante|entro|per)\s(?:quest[ei]|tal[ei]|dett[ei]|que[ig]l?i)\s(?:giorni|date|giornate|orari|periodi)\b",
    re.I,
)
_IF_IT_RAINS = re.compile(r"(?:In caso di|Se) (?:pioggia|maltempo|neve|piove)\b")
_STREET = re.compile(r"\b(?:via|piazza|viale)\s[A-ZÀ-Ý]|\b(?:gratuit|liber|invitat)[oaie]\b", re.I)
_FOR_A_SENTENCE = re.compile(  # `Per il servizio civile, il Comune cerca volontari puoi fare domanda`
    r"Per (?:(?:il|lo|la|i|gli|le) |l['’])[^.,;:«]+, (?P<said>[^.;:«]+?) "
    r"(?:puoi|devi|si può|le (?:domande|iscrizioni|richieste) )"
)
_IN_SMALL = re.compile(r"(?:C['’]è|c['’]è|[Cc]i sono) «([a-zà-ù][^»]*)»")
_DEED_IN_QUOTES = re.compile(  # `C'è «Convocato il Consiglio comunale»`: what was done is no name
    r"(?:c['’]è|ci sono) «(?P<deed>[A-ZÀ-Ý][a-zà-ù]+(?:at|ut|it|st|ert|ers|ott|us)[oaie]"
    r"\s(?:il|lo|la|i|gli|le|un|una|l['’])[^»]*)»",
    re.I,
)
_PAPER_IN_QUOTES = re.compile(  # `c'è la giornata «Obbligo di microchip»`: what an office does is no name
    r"(?:[Cc]['’]è|[Cc]i sono)\b[^«.]{0,60}«(?P<deed>(?:Obbligo|Divieto|Avviso|Modific|Chiusur"
    r"|Sospension|Prorog|Convocazion|Interruzion|Rimbors|Variazion|Comunicazion|Informazion|Ordinanz"
    r"|Iscrizion|Preiscrizion|Adesion|Candidatur|Domand|Bando\b|Contribut|Selezion)[^»]*"
    r"|[^»]*\b(?:gratis|ogni|(?:il prim|la prim)[oa] (?:sabato|domenica))\b[^»]*)»"
)
_LABEL_AMID = re.compile(
    r"[a-zà-ù]\s(?:Durata|Ritrovo|Costo|Quota|Info|Luogo|Orario|Partenza|Iscrizioni|Prenotazioni|Contatti|Ingresso"
    r"|Difficoltà|Dislivello|Lunghezza|Menù|Programma)\s?:"
)
_MOVES = re.compile(
    r"\b(?:nuova sede|cambia(?:no)? sede|cambio sede|trasfer\w+|trasloc\w+|si spost\w+)\b", re.I
)
_IN_A_PLACE = re.compile(
    r"\b(?:sede|trasfer\w+|trasloc\w+|spost\w+|via|viale|piazza\w*|corso|largo|nella pagina)\b", re.I
)
_SHOUT = re.compile(r"\s[–|-]\s[^.«»]{3,60}!|\|")
_MORE = 300  # characters of a page that tells more than its title
_PRAISE = Cued(
    r"\b[Ss]iamo\s(?:felic|liet|orgoglios|content)\w+|\bannunciarvi\b|!!"
    r"|\bsplendida cornice\b|\bvi aspettiamo\b|\bvi aspetta(?:no)? (?:un|una|tant\w+|molt\w+)\b"
)
_DOES_GOOD = re.compile(r"[A-ZÀ-Ý][^.«»:]{2,40}\bfa(?:nno)? bene\b")
_WITHOUT_MONTH = re.compile(rf"\b{WEEKDAY}\s\d{{1,2}}(?![\d:.,/-])", re.I)
_OURS = Cued(
    r"\b(?:nostr[oaie])\s(?:gruppo|comitato|associazione|sezione|delegazione|squadra|volontari)\b", re.I
)
_USUAL = re.compile(
    r"\b(?:normalmente|di norma|di consueto|solitamente|di solito|generalmente|in genere|annualmente"
    r"|ogni anno)\b",
    re.I,
)
_ASKS_ITSELF = re.compile(
    r"Per [^.,;:]{3,80}\s(?:che )?cosa (?:fa|fanno|fare|cambia|serve|succede|c['’]è|si|prevede)\b", re.I
)
_TERM = re.compile(r"\s[-–]\s(?:la\s)?scadenza\b", re.I)
_NO_WORDS = 6
_FEW_WORDS = 10  # of three readers' thirteen such texts ten were sent back
_BARE_REQUEST = re.compile(
    r"(?:La|Le|L['’])\s?(?:domand[ae]|istanz[ae])(?:\sdi\s(?:partecipazione|ammissione))?,?\s(?!per\b|a[il]?\b|all|di\b)",
    re.I,
)
_BARE_SUBJECT = re.compile(  # of what, a heading says that the reader does not have
    r"(?:(?:Il|I|Lo|Gli|La|Le)\s|L['’])(?:servizi[o]?|progett[oi]|attività|iniziativ[ae]|material[ei]|misur[ae]|provvediment[oi]"
    r"|intervent[oi]|operazioni|serate|spettacoli|incontri|appuntamenti)(?:,[^,.;]{3,60},)?\s(?:(?:non|si)\s)?(?:sar(?:à|anno)|è|sono|verr(?:à|anno)|v(?:a|anno)|vien\w+|vengono|potr\w+|pu[òo]"
    r"|possono|dev\w+|dovr\w+|part\w+|prosegu\w+|rest\w+|svolg\w+|teng\w+|terr\w+|preved\w+|consist\w+|riguard\w+|avv\w+|ha|hanno)\b"
)
_BARE_COUNT = re.compile(r"(?:Il (?:primo|secondo)|La (?:prima|seconda))\s(?:è|si|sarà|va|parte)\b")
_BY_THEN = Cued(
    r"(?:Fino|Entro|Dal|Dall)\b[^.,;]{4,30}?,?\s(?:la|le)\s(?:domand[ae]|iscrizion[ei])\s(?:si|v(?:a|anno)|dev\w+|dovr\w+|sono|è)\b"
)
_OF_ORGANISERS = re.compile(
    r"\b(?:soggett[oi]|ent[ei]|associazion\w|cooperativ\w|gestor[ei]|operator[ei])\b[^.]{0,60}"
    r"\b(?:intend\w+|interessat\w)\b[^.]{0,30}\b(?:organizzar|gestir|realizzar|attivar)",
    re.I,
)
_SUBJECT_APART = re.compile(r"(?:^|\.\s)(?:Il|Lo|La|I|Gli|Le)\s[^,.;:]{5,80},\s(?:è|sono)\s[^,.;]+[.;]")
_PUBLISHED = re.compile(r"(?:È|Sono)\s(?:stat[oaie]\s)?pubblicat[oaie]\s")
_RECOUNTS = re.compile(  # what led to it, before what is new
    r"(?:Nelle ultime settimane|Negli ultimi (?:mesi|giorni|anni)|Da tempo|Nei (?:giorni|mesi) scorsi"
    r"|Lo scorso anno|L['’]anno scorso|Dopo il successo d[^,.]{4,60})\b"
    r"|Si è (?:potuto|dovut[oa]|provveduto a) (?:constatare|rilevare|accertare|verificare|prendere atto)\b"
    r"|È stat[oa] (?:constatat|rilevat|accertat|riscontrat)[oa]\b"
)
_LONG_AGO = re.compile(r"\b1[5-9]\d\d\b")  # a year
_ITS_DAY = 16  # characters of `30 settembre` before its year
_ONCE = re.compile(r"\b\w{2,}(?:ò|rono|sero|cque|vve)\b")  # `entrò`, `scelsero`, `nacque`
_THE_REST = re.compile(r"(?:Tutt[ie]\s)?(?:[Ii]|[Gg]li|[Ll]e)\s(?:restanti|rimanenti)\s")  # than which?
_OPENING = 30  # characters
_LONG = 230  # characters
_VAGUE = re.compile(
    r"\bcambi(?:a|ano)(?:\stemporaneamente)?\s(?:la|l['’]|le)\s?(?:viabilità|circolazione|disciplina)", re.I
)
_TIME_FOR_A_VOTE = re.compile(r"Per (?:il|le|i) (?:referendum|elezioni|voto|consultazioni)\b[^.]* c'è tempo ")
_POINTS_OUT = re.compile(  # `Le famiglie possono ordinarli`: what, a sentence said that is not told
    r"(?P<before>(?:Per\s|Il\s|Lo\s|La\s|I\s|Gli\s|Le\s|L['’])(?:(?!\b(?:ch[ie]|se|quando|cui)\b)[^,.;:])*?)"
    r"\s(?:può|possono|deve|devono|potr(?:à|anno)|dovr(?:à|anno))\s(?:\w+\s)?\w+[aei]r(?P<it>lo|la|li|le)\b"
)
_OF_BARE = re.compile(r"\bdi\s([a-zà-ù]+)")
_ARTICLED = re.compile(
    r"\b(?:il|lo|la|i|gli|le|un|uno|una)\s(?P<noun>[a-zà-ù]+)|\b(?:l|un)['’](?P<elided>[a-zà-ù]+)", re.I
)
_ALSO = Cued(  # `è stata emanata anche l'allerta per vento`: beside which?
    r"\b(?:è|sono|sarà|saranno|viene|vengono|verrà|verranno)\s(?:stat[oaie]\s)?\w+(?:at|ut|it|st|us"
    r"|ss)[oaie]\sanche\s"
    r"(?!se\b|in\b|per\b|nei\b|nelle\b|nel\b|nella\b|a\b|ai\b|alle\b|agli\b|online|on\b|con\b|da\b|dal)",
    re.I,
)
_TIMETABLE = re.compile(
    rf"\d\s{WEEKDAY}(?:(?:,|\se)\s{WEEKDAY})*\s?:\s", re.I
)  # `9.00 - 12.30 martedì: 9.00`
_SHUT = re.compile(r"\b(?:è|sono|sar\w+|rest\w+|riman\w+|rimarr\w+)\s(?:\w+\s)?chius[oaie]\b", re.I)
_OPEN_ENDED = re.compile(
    r"\b(?:fino\s(?:a|al|alla)|temporane\w+|definitiv\w+|nella pagina|quando|se|in caso|tutto l['’]anno"
    r"|per lavori)\b",
    re.I,
)
_BY_NUMBER = re.compile(  # `Il sindaco ha revocato l'ordinanza 48 del 14 giugno`: which one?
    r"[^.;]{0,60}\b(?:revoc|annull|modific|integr|prorog)at[oaie]\b(?:\s(?:l['’]|la\s|le\s))?\s?"
    r"(?:ordinanz|delibera|determin|decret)\w*\s(?:n[.°]?\s?)?\d[\d/]*(?:\sdel(?:l['’]|\s)[^.;]{4,20})?\.",
    re.I,
)
_NAMELESS = re.compile(r"\bdeposito di atti\b|\bavviso di deposito\.|\bcasa (?:del comune|comunale)\b", re.I)


def stumbles(text: str, notice: Notice) -> Iterator[str]:
    """Why a text does not read well as a whole: Italian sentences, for the editor."""
    quoted = _QUOTED.match(text)
    if quoted and folded(quoted["title"]) in folded(notice.title):
        yield "Il testo comincia con «Per» e il titolo tra virgolette."
    if match := _LABEL_AMID.search(text):
        yield f"In «{match[0]}» due righe sono attaccate."
    if notice.kind is Kind.hours and _MOVES.search(notice.title) and not _IN_A_PLACE.search(text):
        yield "Manca la nuova sede."
    if (match := _FOR_A_SENTENCE.match(text)) and speaks(match["said"]):
        yield f"In «{match[0]}…» due frasi sono attaccate."
    if match := _TIMETABLE.search(text):
        yield f"In «{match[0]}» due righe sono attaccate."
    if any(
        (behind := _QUOTED.match(part)) and folded(behind["title"]) in folded(notice.title)
        for part in split(text)[1:]
    ):
        yield "Una frase dopo la prima comincia con «Per» e il titolo."
    if match := _AFTER_QUOTES.search(text):
        yield f"In «{text[: match.end()]}…» due righe sono attaccate."
    if (headed := _HEADED.match(text)) and not speaks(headed[0]):
        yield "Il testo comincia con «Per» e un titolo con i due punti."
    said = [sentence for sentence in split(text) if "nella pagina" not in sentence]
    if said and all(map(_INFINITIVE.match, said)):
        yield "Il testo è uno slogan: nessuno fa qualcosa."
    if notice.is_cut and _QUALIFIED.search(notice.source) and "gratuit" in text:
        yield "La pagina è tronca dopo «gratuito, ma …»: la condizione non si legge."
    if match := _IN_SMALL.search(text):
        yield f"«{match[1]}» non è un nome: il testo lo mette tra virgolette."
    if match := _DEED_IN_QUOTES.search(text) or _PAPER_IN_QUOTES.search(text):
        yield f"«{match['deed']}» non è un nome: il testo lo mette tra virgolette."
    if match := _SHOUT.search(text):
        yield f"«{match[0].strip(' –-|')}» è un richiamo del titolo."
    idle = [one for at, one in enumerate(said) if _RECOUNTS.match(one) or (not at and _is_idle(one, notice))]
    if notice.kind in OCCASIONS and idle:
        yield f"«{idle[0]}» non dice che cosa c'è, né quando."
    if (match := _WITHOUT_MONTH.search(text)) and not any("-" in figure for figure in figures(text)):
        yield f"Il testo dice «{match[0]}» senza il mese."
    if match := _OURS.search(text):
        yield f"«{match[0]}»: chi legge non sa di chi."
    usual = [sentence for sentence in said if _USUAL.search(sentence) and figures(sentence)]
    if usual and any(
        figures(other) - figures(text) and not _USUAL.search(other)
        for other in (*notice.abstract, *notice.prose)
    ):
        yield f"«{usual[0]}» dice che cosa si fa di solito, non questa volta."
    yield from titled_left_out(text, notice)
    yield from read_alone(text, notice)
    if match := _ASKS_ITSELF.match(text):
        yield f"«{match[0]}» è un titolo e non dice niente."
    if match := _PRAISE.search(text) or _DOES_GOOD.match(text):
        yield f"«{match[0]}» è un invito o una lode, non una notizia."
    is_bare = "nella pagina" not in text and not figures(text)
    if is_bare and sum(len(sentence.split()) for sentence in said) < _NO_WORDS:
        yield "Il testo dice troppo poco perché qualcuno lo legga."
    if match := _AS_NOUN.match(text):
        yield f"«{match[0]}…» non è un nome."
    if match := _LABELLED.search(text):
        yield f"«{match[0]}» è un'etichetta della pagina, non una frase."
    if any(map(_WITHOUT_SUBJECT.match, said)):
        yield "Il testo non dice chi può o chi deve."
    if _CONTACT.match(text):
        yield "Il testo comincia da un recapito o da una sanzione."
    if match := _PAPER_ASKED.search(text):
        yield f"«{match[0].replace('«', '')}» non è una frase: il titolo sta tra virgolette."
    if (match := _TURBID.search(text)) and not re.search(r"\bacqu|\bidric[ah]", text[: match.start()], re.I):
        yield f"«{match[0]}»: il testo non dice che cosa."
    if match := _SMALL_STREETS.search(text):
        yield f"«{match[0]}»: un nome di via ha la maiuscola."
    if (match := _HEADLINE.search(text)) and speaks(match["said"]):
        yield f"«{match[0]}» non è una frase: il titolo sta tra virgolette."
    if match := _PUBLISHED_TWICE.search(text):
        yield f"«{match[0]}»: una parola è detta due volte."
    if match := _VOTES.search(text):
        yield f"«{match[0]}» dipende dal giorno in cui si legge: scrivi la data."
    if _FOR_IT.match(text) or _FOR_A_CALL_TO.match(text) or _LEANING.match(text):
        yield "Il testo non dice di che cosa si tratta."
    if match := _MEASURES_ALONE.match(text):
        yield f"«{match[0]}» non è una frase: manca il verbo."
    if (match := _THOSE_DAYS.search(text)) and not figures(text[: match.start()]):
        yield f"«{match[0]}»: il testo non dice quali."
    if _TERM.search(text):
        yield "Il testo ricopia la scadenza dal titolo, senza una frase."
    title = "" if invites(notice.title) else notice.title.strip(" .")
    head, colon, _ = title.partition(": ")
    if colon and notice.kind not in OCCASIONS and text.startswith(f"{head}: ") and _is_name(head):
        yield "Il testo comincia con un titolo con i due punti."
    if "?" in title and text.startswith(title):
        yield "Il testo comincia con le domande del titolo."
    is_long = len(notice.body) > _MORE
    if (
        is_long
        and said
        and not figures(text)
        and sum(len(sentence.split()) for sentence in said) < _FEW_WORDS
    ):
        yield "Il testo dice troppo poco perché qualcuno lo legga."
    if _BARE_SUBJECT.match(text) and notice.prose and not _is_first(text, notice):
        yield "Il testo non dice di che cosa si tratta."
    if _BARE_COUNT.match(text):
        yield "Il testo comincia dal primo di più, senza dire di che cosa."
    if _BARE_REQUEST.match(text) or _TIME_FOR_A_VOTE.match(text) or _BY_THEN.match(text):
        yield "Il testo non dice per che cosa si fa domanda."
    if _OF_ORGANISERS.search(notice.source) and "puoi fare domanda" in text:
        yield "La domanda è per chi organizza, non per chi legge."
    if match := _SUBJECT_APART.search(text):
        yield f"In «{match[0]}» una virgola separa il soggetto dal verbo."
    if any(_PUBLISHED.match(sentence) and len(sentence) > _LONG for sentence in split(text)):
        yield "Il testo ricopia un titolo lungo: nessuno lo legge fino in fondo."
    if notice.kind not in _OF_CHAINS and _CHAIN.search(text):
        yield "Una frase ha tre «per» di seguito."
    if said and (match := _POINTS_OUT.match(said[0])) and not _names_it(match):
        yield f"In «{match[0]}» non si sa di che cosa si parla."
    if match := _EITHER.search(text):
        yield f"«{match[0]}» non si legge ad alta voce."
    sentences = split(text)
    if any(map(_is_history, said)):
        yield "Il testo racconta una storia, non che cosa c'è di nuovo."
    if said and not figures(text) and all(map(_RECOUNTS.match, said)):
        yield "Il testo dice che cosa è successo prima, non che cosa c'è di nuovo."
    if sum("online" in sentence.lower() for sentence in said) > 1:
        yield "Il testo dice due volte «online»."
    if any(map(_THE_REST.match, sentences)):
        yield "Il testo dice «i restanti» senza dire gli altri."
    if all(_AIM.search(sentence) for sentence in sentences):
        yield "Il testo dice lo scopo, non che cosa si fa."
    if all(_POINTS.search(sentence) for sentence in sentences):
        yield "Il testo dice solo che il resto è nella pagina."
    for sentence in sentences:
        if _VERBLESS.match(sentence) and not speaks(_main_clause(sentence)):
            yield f"«{sentence}» non è una frase: manca il verbo."
    if _VAGUE.search(text) and not figures(text):
        yield "Il testo dice che la viabilità cambia, ma non in quale giorno."
    if said and _ALSO.search(said[0]):
        yield f"La frase «{said[0]}» si regge su un'altra che non c'è."
    if notice.kind is Kind.hours and _is_undated(text, notice):
        yield "Il testo non dice in quali giorni."
    if notice.kind is Kind.hours and _SHUT.search(text) and not (figures(text) or _OPEN_ENDED.search(text)):
        yield "Il testo dice che è chiuso, ma non quando."
    if _NAMELESS.search(text) or _BY_NUMBER.fullmatch(text):
        yield "Il testo non dice di quale atto si tratta."


def _is_undated(text: str, notice: Notice) -> bool:
    """Whether a text names weekdays alone, or hours, of a page that tells days of the calendar."""
    dated = any("-" in figure for one in notice.slots.get(Slot.when, ()) for figure in figures(one.words))
    return dated and not any("-" in figure for figure in figures(text)) and not DAYS_LEFT.search(text)


def _is_name(head: str) -> bool:
    """Whether the words before a title's colon are a name: `Abbandono rifiuti`, which no verb opens."""
    return not has_verb(head) or gender_of(head.split(" ", 1)[0].lower()) is not None


def _is_idle(sentence: str, notice: Notice) -> bool:
    """Whether what opens a text of an event names neither it nor a day: how others were, what if it rains."""
    named = stems(" ".join((notice.title, *(told.words for told in notice.slots.get(Slot.what, ())[1:2]))))
    says = figures(sentence) or named & stems(sentence) or _STREET.search(sentence)
    return not says or _IF_IT_RAINS.match(sentence) is not None


def _is_history(sentence: str) -> bool:
    """Whether it tells what was once, and of no other day before that."""
    if (year := _LONG_AGO.search(sentence)) is None or not _ONCE.search(sentence):
        return False
    return not figures(sentence[: max(0, year.start() - _ITS_DAY)])


def _is_first(text: str, notice: Notice) -> bool:
    """Whether a text opens as its page does: what an office says first of all it means to stand alone."""
    opening = (*notice.abstract, *notice.prose)[0]
    return folded(opening)[:_OPENING] == folded(text)[:_OPENING]


def _main_clause(sentence: str) -> str:
    """`Per i nonni casa il bus è gratis` of `Per i nonni che cercano casa il bus è gratis`: the verb of a
    clause behind `che` is not the sentence's.
    """
    head, *clauses = _RELATIVE.split(sentence)
    return " ".join([head, *map(_behind_its_verb, clauses)])


def _behind_its_verb(clause: str) -> str:
    words = _PRONOUNS.sub("", clause).split()
    end = next((at for at in range(1, len(words) + 1) if speaks(" ".join(words[:at]))), len(words))
    return " ".join(words[end:])


def _names_it(match: re.Match[str]) -> bool:
    """Whether a noun before the subject agrees with `-lo`, `-la`, `-li` or `-le`."""
    nouns = [found["noun"] or found["elided"] for found in _ARTICLED.finditer(match["before"])][:-1]
    nouns += _OF_BARE.findall(match["before"])  # `I proprietari di cani devono tenerli`
    ending = {"lo": "o", "la": "a", "li": "i", "le": "e"}[match["it"]]
    genders = [gender_of(noun.lower()) for noun in nouns]
    return any(gender is None or gender.ending == ending for gender in genders)
