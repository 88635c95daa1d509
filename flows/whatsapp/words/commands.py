"""The words that a citizen writes to join, to leave and to ask, in the forms that Comuni have taught.

Leaving is looked for before joining: DISATTIVA contains ATTIVA, and leaving must never be read as joining.
"""

import re
from enum import StrEnum

from flows.whatsapp.folding import READ, written
from flows.whatsapp.folding import fold as without_accents
from flows.whatsapp.typos import corrected


class Command(StrEnum):
    ATTIVA = "ATTIVA"
    SOLO_ALLERTE = "SOLO ALLERTE"
    DISATTIVA = "DISATTIVA"
    CANCELLAMI = "CANCELLAMI"
    INFO = "INFO"
    AIUTO = "AIUTO"
    CONFERMA = "SI"  # the second yes, where the profile asks for one


# What people say before the word itself.
_BEFORE = (
    r"(?:(?:BUON ?GIORNO|BUONA ?SERA|BUON POMERIGGIO|BUONA ?NOTTE|SALVE|CIAO|GENTIL[EI]"
    r"|GENTILISSIM[IOA]|EGREGI\w?"
    r"|SPETTABILE|SPETT(?: LE)?|COMUNE(?: DI \w+)?|SIGNOR(?:[EIA]|INA)?"
    r"|SCUS(?:A|I|ATE|ATEMI)|MI SCUSI|GRAZIE|PREGO"
    r"|PER (?:FAVORE?|CORTESIA|PIACERE)|HO SALVATO (?:IL )?(?:VOSTRO )?NUMERO"
    r"|GENTILMENTE|CORTESEMENTE|SI|OK|NO|E|ALLORA|ECCO|ANCHE?|IO|ORA|ADESSO|POI"
    r"|(?:VI|TI|LA|SI) PREG[OA](?: DI)?|V[OU]R?RI?E?IA?(?: L| LA)?|VORREMMO"
    r"|VOGLIO|VOGLIAMO|VOLEVO|DESIDER(?:O|EREI|IAMO)"
    r"|GRADIREI"
    r"|MI PIACEREBBE|CHIED(?:O|IAMO)(?: DI| LA| L)?|RICHIED(?:O|IAMO)(?: DI| LA| L)?"
    r"|RICHIESTA(?: DI)?|INTENDO"
    r"|SONO INTERESSAT[OA] A(?:D|L|LL)?|PUO|PUOI|POTE(?:TE|STE)|POTREBBE|POTREST[EI]|MI|CI|TI|VI"
    r"|SONO(?: \w+){1,3}?|MI CHIAMO(?: \w+){1,3}?|SCRIVO) ){0,7}?"
)
_ASKS_FOR_IT = re.compile(
    r"\b(?:PUO|PUOI|POTE(?:TE|STE)|POTREBBE|POTREST[EI]|MI (?:ATTIV|ISCRIV|INSERI)\w+)\b"
)
_ERASE = (
    r"CANCEL{1,2}(?:AM[IE]|ATEM[IE]|ARMI|A(?:TE)? MI)|MI CANCELLI|MI (?:VOGLIO|VORREI) CANCELLARE"
    r"|DIRITTO ALL OBLIO"
    r"|(?:LA )?CANCELLAZIONE (?:DI TUTTI |DI )?(?:I |DEI )?(?:MIEI )?DATI"
    r"|(?:CANCELL|ELIMIN)(?:A|ATE|ARE|I) (?:TUTTO(?!\w)|"
    r"(?:TUTTI )?(?:I )?(?:MIEI )?DATI|IL MIO NUMERO|(?:DA \w+ )?IL NUMERO)"
)
_OFF = (
    r"D[IE]S{1,2} ?AT{1,3}IV[AOI]\w*|(?:MI )?DISISCRIV\w*|DISISCRIZIONE|UNSUBSCRIBE"
    r"|MI CANCELLO|CANCELL(?:A|ATE|ARE|AZIONE) (?:DALL |LA |L )?(?:MIA )?ISCRIZIONE"
    r"|(?:ANNULL|ELIMIN)(?:A|ATE|ARE) (?:LA |L )?(?:MIA )?ISCRIZIONE"
    r"|TOGLI(?:M[IE]|ETEM[IE]|EM[IE]|ERMI)|MI TOLG[AO]"
    r"|(?:TOGLI(?:ETE|ERE)?|LEVA(?:TE|RE)?|RIMUOV(?:I|ETE|ERE)) IL MIO (?:NUMERO|NOME)"
    r"|LEVA(?:TE)?M[IE]|LEVARMI|ELIMINA(?:TE)?M[IE]|ELIMINARMI|RIMUOV(?:IMI|ETEMI|ERMI)"
    r"|LAS(?:CI|S)A(?:TE)?M[IE] (?:IN PACE|STARE|PERDERE)|RITIRO IL (?:MIO )?CONSENSO"
    r"|REVOC(?:O|ARE|A) (?:IL |L |LA )?(?:MIO |MIA )?(?:CONSENSO|ISCRIZIONE|AUTORIZZAZIONE)"
    r"|{_NOT} (?:MI )?(?:SECC|ROMP|SCOCCI|ASSILL|TEMPEST|IMPORTUN)(?:ATE|ETE|ARE|ERE)(?:MI)?(?: PIU)?"
    r"|{_NOT} L[OIAE] (?:VOGLIO|DESIDERO) PIU|{_NOT} SONO (?:PIU )?INTERESSAT[OA]"
    r"|{_NOT} (?:VOGLIO|DESIDERO|VOLEVO|VORREI|INTENDO)(?: PIU)? (?:RICEVERE|RICEVERLI|RICEVERNE"
    r"|MESSAGG\w+|NOTIZIE|AVVISI"
    r"|NOTIFICHE|NIENTE|NULLA|QUEST[IE]|I VOSTRI|LE VOSTRE|VOSTR[IE]|ESSERE (?:ISCRITT\w|DISTURBAT\w))"
    r"|{_NOT} (?:M[IE] |CI )?(?:MAND|INVI|SCRIV|DISTURB)(?:ATE|ARE|ETE|ERE|I|A|IATE)(?:MI|CI|LI|MELI"
    r"|MENE)?(?: PIU)?"
    r"|{_NOT} (?:MI )?INTERESSA(?:NO)?(?: PIU)?"
).replace("{_NOT}", r"NON")
# Also said of other things ("basta rumore", "disdetta abbonamento"): what follows must be written as a name.
_WEAK_OFF = (
    r"(?:STOP+|BASTA)(?: (?:STOP+|BASTA))*|ANNULLA|FERMA(?:TE)?(?:VI)?|SMETTE(?:TE|TELA|LA)"
    r"|SMETTILA|FINITELA|DISDETTA"
    r"|DISDICO|DISDIRE|USCIRE|ESCI|ESCO|FATEMI USCIRE|RECEDO|MI RITIRO|REVOC[AO]|CANCELLAZIONE"
)
_ALERTS = (
    r"(?:(?:AT{1,3}IVA\w*|RICEVERE|RICEVO|MANDA\w*|INVIA\w*|(?:NIENTE|NO|NON VOGLIO)(?: PIU)? (?:LE "
    r"|I |GLI )?"
    r"(?:NOTIZIE|MESSAGGI|EVENTI|BOLLETTINI)|MA) )*"
    r"(?:SOLO?|SOLTANTO|SOLAMENTE|UNICAMENTE) ?(?:PER )?(?:LE |GLI |L |QUELL[EI] )?"
    r"(?:AL{1,2}ERT[AEI]E?|ALLARMI?E?|EMERGENZE|AVVISI (?:URGENTI|METEO)|METEO|MALTEMPO"
    r"|(?:DELLA )?PROTEZIONE CIVILE)"
)
_ON = (
    r"AT{1,3}IVA(?!MENTE|T[OAI]\b)\w*|MI (?:PUO|PUOI|POTETE|POTRESTE) (?:ISCRIVERE|INSERIRE"
    r"|AGGIUNGERE)"
    r"|MI (?:ATTIV(?:I|A|ATE)|ISCRIV(?:ETE|A)|INSERI(?:TE|SCA))|ISCRIV(?:IMI|ETEMI|ERMI|ERCI)"
    r"|M[IE] ISCRIVO|ABBONA(?:MI|TEMI|RMI)"
    r"|INSERI(?:SCIMI|TEMI|RMI)|AGGIUNG(?:IMI|ETEMI|ERMI)|ESSERE (?:ISCRITT|INSERIT|AGGIUNT)[OA]"
    r"|(?<=VORREI )RICEVERE|(?<=VOGLIO )RICEVERE|(?<=DESIDERO )RICEVERE"
)
_WEAK_ON = r"ISCRIZIONE|ATTIVO"
_INFO = (
    r"(?:CHE )?COSA (?:SAPETE|AVETE) (?:SU )?DI ME|I MIEI DATI|MIEI DATI"
    r"|(?:CHE|QUALI) DATI (?:AVETE|HAI|CONSERVATE)(?: \w+)*|COPIA DEI (?:MIEI )?DATI"
)
_WEAK_INFO = r"INFOS?|INFORMAZION[EI]"
_HELP = frozenset({"AIUTO", "HELP", "MENU", "COMANDI", "ISTRUZIONI", "OPZIONI"})
_HOW = re.compile(
    rf"{_BEFORE}(?:COME (?:SI USA|FUNZIONA)(?: QUESTO NUMERO)?"
    r"|(?:CHE )?COSA (?:DEVO|POSSO|BISOGNA|SI PUO) SCRIVERE"
    r"|ISTRUZIONI|COMANDI)(?: PER (?:FAVORE|PIACERE|CORTESIA)| GRAZIE)?"
)
_YES = frozenset({"SI", "SII", "CONFERMO", "CONFERMA", "ACCETTO", "CERTO", "OK", "VA", "BENE"})

_SERVICE = re.compile(
    r"ISCRIZIONE|SERVIZIO|NOTIZI[AE]|NOTIFICHE|MESSAGGI|MESSAGGIO|AVVISI|AVVISO|ALLERT[AE]"
    r"|BOLLETTIN[OI]|NEWSLETTER"
    r"|WHATSAPP|LIST[AE]|ELENCO|GRUPPO|RUBRICA|NUMERO|COMUNICAZIONI|INFORMAZIONI|CANALE|DATI|QUI|NEWS"
    r"|COMUNE|URGENTI"
    r"|METEO|GRAZIE|MILLE|FAVORE?|CORTESIA|PIACERE|PREGO|SUBITO|ORA|ADESSO|PIU|NIENTE|NULLA|SALUTI"
    r"|CORDIALI|DISTINTI"
    r"|BUONGIORNO|BUONASERA|BUONA|GIORNATA|SERATA|SCRIVERMI|MANDARMI|RICEVERE|RICEVERLI|TUTTO|PURE"
    r"|GENTILMENTE"
)
_MESSAGES = re.compile(
    r"MESSAGGI|MESSAGGIO|NOTIZIE|NOTIFICHE|NEWSLETTER|BOLLETTIN[OI]|WHATSAPP|ISCRIZIONE|SERVIZIO"
    r"|SCRIVERMI|MANDARMI"
    r"|INVIARMI|SCRIVERE|LISTA|GRUPPO"
)
_SMALL = re.compile(
    r"AD?|AI|AL|ALL[AE]|CON|D[AEI]|D[AE]I|D[AE]L|D[AE]LL[AE]|GLI|I|IL|IN|L|L[AEO]|PER|UNA?"
    r"|QUEST[AEIO]|M[IO]|MI[AO]"
)
# A name has none of these: what follows is a sentence about something else.
_SENTENCE = re.compile(
    r"NON|CHE|MA|SE|PERCHE|COME|QUANDO|DOVE|QUANTO|HO|HAI|HA|ABBIAMO|VORREI|VOGLIO|POSSO|VENGO|SIAMO"
    r"|DIS{1,2}AT{1,3}IVA.*|STOP|BASTA|CANCELLA.*|TOGLI.*|SPID|PEC|TARI|CIE"
)
_MOST_EXTRA_WORDS = 4  # name, surname, and a neighbourhood of two words
_ENDS = re.compile(r"[.!?;:\n,]+")

_RULES: tuple[tuple[Command, re.Pattern[str], bool], ...] = tuple(
    (command, re.compile(rf"{_BEFORE}(?:{words})(?!\w)"), weak)
    for command, words, weak in (
        (Command.SOLO_ALLERTE, _ALERTS, False),  # "niente notizie, solo allerte" leaves nothing
        (Command.CANCELLAMI, _ERASE, False),
        (Command.DISATTIVA, _OFF, False),
        (Command.DISATTIVA, _WEAK_OFF, True),
        (Command.ATTIVA, _ON, False),
        (Command.ATTIVA, _WEAK_ON, True),
        (Command.INFO, _INFO, False),
        (Command.INFO, _WEAK_INFO, True),
    )
)
_LEAVING = (Command.DISATTIVA, Command.CANCELLAMI)
_ALONE = re.compile(
    rf"{_BEFORE}(?:(?P<erase>{_ERASE})|DIS{{1,2}} ?AT{{1,3}}IVA\w*|(?P<join>AT{{1,3}}IVA)"
    r"|(?:STOP|BASTA)(?: CON| AI)?(?: QUESTI)? MESSAGGI)"
)
_HINTS = re.compile(
    r"\b(?:DIS{1,2} ?AT{1,3}IV\w+|DISISCRIV\w*|CANCELLA(?:TE)?MI|TOGLI(?:ETE)?MI"
    r"|UNSUBSCRIBE|SMETTETELA|SPAM)\b"
    r"|\bNON (?:CI |LE |GLI |M[IE] )?SCRIVE(?:TE|RE)(?:LE|GLI|CI|MI)? PIU\b"
    r"|\bTOGLIE(?:TE|RE)L[OAI]\b|\bNON ATTIVA(?:RE|TE|TEMI)\b"
    r"|^(?:TOGLIERE|TOGLI|ELIMINA|ELIMINARE|LEVA|BLOCCA|RIMUOVI)$|^BLOCCA(?:TE|RE)? (?:QUESTI |I )?MESSAGGI"
    rf"|^(?:\w+ ){{0,2}}STOP\b|^{_BEFORE}(?:{_OFF}|{_WEAK_OFF}|{_ERASE}|CANCELLA(?:TE)?)(?!\w)"
)


def command(text: str) -> Command | None:
    """What is asked for; None when the text is about something else.

    Greetings, courtesies and who writes may stand before the word, a name or a neighbourhood after it; and
    the word to leave, or to join, may be a sentence of its own among others.
    """
    text = text[:READ]
    words = written(text)
    told = [_fold(word) for word in words]
    if not words:
        return Command.AIUTO if text.strip() and set(text.strip()) == {"?"} else None
    if (len(words) == 1 and told[0] in _HELP) or _HOW.fullmatch(" ".join(told)):
        return Command.AIUTO
    if told[0] in _YES and all(word in _YES or _SERVICE.fullmatch(word) for word in told):
        return Command.CONFERMA
    return _at_the_beginning(words, is_question="?" in text) or _in_a_sentence(text)


def _fold(word: str) -> str:
    return corrected(without_accents(word))


def _folded(text: str) -> str:
    return " ".join(_fold(word) for word in written(text))


def hints_at_leaving(text: str) -> bool:
    """A word to leave inside a sentence about something else: "stop, non vengo stasera"."""
    return "STOP" in written(text) or _HINTS.search(_folded(text)) is not None


def _at_the_beginning(words: list[str], *, is_question: bool) -> Command | None:
    told = " ".join(_fold(word) for word in words)
    for found, pattern, weak in _RULES:
        match = pattern.match(told)
        if match is None:
            continue
        rest = words[len(match[0].split()) :]
        if found in _LEAVING:
            # what does not fit is asked about, and never read as joining
            return found if _leaves(rest, weak=weak) or _is_a_name(rest, weak=weak) else None
        asks = not is_question or len(words) == 1 or _ASKS_FOR_IT.search(match[0]) is not None
        if asks and _is_a_name(rest, weak=weak):
            return found
    return None


def _in_a_sentence(text: str) -> Command | None:
    """As in "Non abito più qui. DISATTIVA". Whoever joins says nothing against it elsewhere."""
    parts = [_folded(part) for part in _ENDS.split(text)]
    found = [match for part in parts if (match := _ALONE.fullmatch(part))]
    if any(match["join"] is None for match in found):
        return Command.CANCELLAMI if any(match["erase"] for match in found) else Command.DISATTIVA
    is_against = hints_at_leaving(text) or any(re.search(r"\b(?:NON|NIENTE)\b", part) for part in parts)
    return Command.ATTIVA if found and not is_against else None


def _leaves(rest: list[str], *, weak: bool) -> bool:
    """Whether what follows a word to leave can be any sentence: "disattiva, ho cambiato casa"."""
    if weak:  # "basta, non voglio più messaggi"
        return any(_MESSAGES.fullmatch(_fold(word)) for word in rest)
    return not _begins_with_a_thing(rest)


def _is_a_name(rest: list[str], *, weak: bool) -> bool:
    # "è" tells a sentence; without the accent it may join two names.
    if any(_SENTENCE.fullmatch(_fold(word)) or word.casefold() == "è" for word in rest):
        return False
    names = [word for word in rest if not (_SERVICE.fullmatch(_fold(word)) or _SMALL.fullmatch(_fold(word)))]
    if len(names) > _MOST_EXTRA_WORDS or _begins_with_a_thing(rest):
        return False
    return not weak or all(word.istitle() for word in names)


def _begins_with_a_thing(rest: list[str]) -> bool:
    """As "attiva la sirena" does; "attiva il servizio" means ours, and "attiva La Rosa Mario" a person."""
    if any(_SERVICE.fullmatch(_fold(word)) for word in rest):
        return False
    return bool(rest) and _SMALL.fullmatch(_fold(rest[0])) is not None and not rest[0].istitle()
