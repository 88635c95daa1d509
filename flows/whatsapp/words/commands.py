"""The words that a citizen writes to join, to leave and to ask, in the forms that Comuni have taught.

Leaving is looked for before joining: DISATTIVA contains ATTIVA, and leaving must never be read as joining.
"""

import re
from enum import StrEnum

from flows.whatsapp.words.slips import READ, corrected, written
from flows.whatsapp.words.slips import fold as without_accents


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
    r"|VOLER|VOGLIATE|DI|MA|QUINDI|PERCIO|PERTANTO|DUNQUE|VIRGOLA|PUNTO|A CAPO"
    r"|PROCEDERE (?:CON(?: LA| L)?|A(?:LLA?|L)?)"
    r"|PROVVEDERE A(?:LLA?|L)?|(?:AVETE|ABBIATE|FATEMI) (?:LA|IL) (?:CORTESIA|FAVORE|PIACERE)"
    r"|SONO INTERESSAT[OA] A(?:D|L|LL)?|PUO|PUOI|POTE(?:TE|STE)|POTREBBE|POTREST[EI]|MI|CI|TI|VI"
    r"|SONO(?: \w+){1,3}?|MI CHIAMO(?: \w+){1,3}?|SCRIVO) ){0,7}?"
)
_ASKS_FOR_IT = re.compile(
    r"\b(?:PUO|PUOI|POTE(?:TE|STE)|POTREBBE|POTREST[EI]|MI (?:ATTIV|ISCRIV|INSERI)\w+)\b"
)
_ERASE = (
    r"CANCEL{1,2}(?:AM[IE]|ATEM[IE]|ARMI|A(?:TE)? MI)|MI CANCELLI|MI (?:VOGLIO|VORREI) CANCELLARE"
    r"|DIRITTO ALL OBLIO"
    r"|ESSERE S?CANCELLAT[OAI]|(?:LA )?CANCELLAZIONE (?:DI TUTTI |DI )?(?:I |DEI )?(?:MIEI )?DATI"
    r"|CANCELL(?:A|ATE|ARE|I) (?:IL )?MIO (?:NUMERO|NOME|NOMINATIVO)"
    r"|(?:LA )?(?:MIA )?CANCELLAZIONE (?:DEL )?(?:MIO )?(?:NUMERO|NOMINATIVO)"
    r"|(?:CANCELL|ELIMIN)(?:A|ATE|ARE|I) (?:TUTTO(?!\w)|"
    r"(?:TUTTI )?(?:I )?(?:MIEI )?DATI|IL MIO NUMERO|(?:DA \w+ )?IL NUMERO)"
)
_GONE = "TOLT|RIMOSS|ELIMINAT|DISISCRITT|DEPENNAT|DISATTIVAT|ESCLUS|LEVAT"
_OFF = (
    (
        r"D[IE]S{1,2} ?AT{1,3}IV[AOI]\w*|(?:MI )?DISISCRIV\w*|DISISCRIZIONE|UNSUBSCRIBE"
        r"|MI CANCELLO|CANCELL(?:A|ATE|ARE|AZIONE) (?:DALL |LA |L )?(?:MIA )?ISCRIZIONE"
        r"|(?:ANNULL|ELIMIN)(?:A|ATE|ARE) (?:LA |L )?(?:MIA )?ISCRIZIONE"
        r"|TOGLI(?:M[IE]|ETEM[IE]|EM[IE]|ERMI)|MI TOLG[AO]"
        r"|(?:TOGLI(?:ETE|ERE)?|LEVA(?:TE|RE)?|RIMUOV(?:I|ETE|ERE)|ELIMINA(?:TE|RE)?|DEPENNA(?:TE|RE)?)"
        r" (?:IL )?MIO (?:NUMERO|NOME|NOMINATIVO|CONTATTO|TELEFONO)|DEPENNA(?:TE)?MI"
        r"|ESSERE (?:{_GONE})[OAI]"
        r"|(?:STOP|BASTA|INTERROMPI) (?:ALLE |LE )?PROMOZIONI"  # the buttons of WhatsApp itself
        r"|LEVA(?:TE)?M[IE]|LEVARMI|ELIMINA(?:TE)?M[IE]|ELIMINARMI|RIMUOV(?:IMI|ETEMI|ERMI)"
        r"|LAS(?:CI|S)A(?:TE)?M[IE] (?:IN PACE|STARE|PERDERE)|RITIRO IL (?:MIO )?CONSENSO"
        r"|REVOC(?:O|ARE|A) (?:IL |L |LA )?(?:MIO |MIA )?(?:CONSENSO|ISCRIZIONE|AUTORIZZAZIONE)"
        r"|{_NOT} (?:MI )?(?:SECC|ROMP|SCOCCI|ASSILL|TEMPEST|IMPORTUN)(?:ATE|ETE|ARE?|ERE?)(?:MI)?(?: PIU)?"
        r"|{_NOT} L[OIAE] (?:VOGLIO|DESIDERO) PIU|{_NOT} SONO (?:PIU )?INTERESSAT[OA]"
        r"|{_NOT} (?:VOGLIO|DESIDERO|VOLEVO|VORREI|INTENDO)(?: PIU)? (?:RICEVERE|RICEVERLI|RICEVERNE"
        r"|MESSAGG\w+|NOTIZIE|AVVISI"
        r"|PROMOZIONI|NOTIFICHE|NIENTE|NULLA|QUEST[IE]|I VOSTRI"
        r"|LE VOSTRE|VOSTR[IE]|ESSERE (?:ISCRITT\w|DISTURBAT\w))"
        r"|{_NOT} (?:M[IE] |CI )?(?:MAND|MANN|INVI|SCRIV|DISTURB)(?:ATE|ARE?|ETE|ERE?|I|A|IATE)(?:MI|CI|LI"
        r"|MELI|MENE)?(?: PIU)?"
        r"|{_NOT} (?:MI )?INTERESSA(?:NO)?(?: PIU)?"
    )
    .replace("{_NOT}", r"NON")
    .replace("{_GONE}", _GONE)
)
# Also said of other things ("basta rumore", "disdetta abbonamento"): what follows must be written as a name.
_WEAK_OFF = (
    r"(?:STOP+|BASTA)(?: (?:STOP+|BASTA))*|ANNULLA|FERMA(?:TE)?(?:VI)?|SMETTE(?:TE|TELA|LA)"
    r"|SMETTILA|FINITELA|DISDETTA"
    r"|(?:SOSPEND|INTERROMP)(?:I|ETE|ERE|A|ANO) (?:IL |L |LA |LE |I |GLI |QUEST[OAIE] |QUESTI )?"
    r"(?:SERVIZIO|INVIO|ISCRIZIONE|MESSAGGI|NOTIZIE|AVVISI|NOTIFICHE|COMUNICAZIONI)"
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
_AGAIN = (  # whoever left by mistake
    r"RI ?AT{1,3}IVA(?!MENTE|T[OAI]\b)\w*|RIATTIVO|R[IE] ?ISCRIV(?:IMI|ETEMI|ERMI)"
    r"|R[IE]INSERI(?:SCIMI|TEMI|RMI)"
    r"|RIMETT(?:IMI|ETEMI|ERMI) (?:IN|NELLA|NELL|SULLA|DENTRO)|(?:TORNARE|RICOMINCIARE) A RICEVERE"
)
_ON = (
    rf"{_AGAIN}|"
    r"AT{1,3}IVA(?!MENTE|T[OAI]\b)\w*|MI (?:PUO|PUOI|POTETE|POTRESTE) (?:ISCRIVERE|INSERIRE"
    r"|AGGIUNGERE)"
    r"|MI (?:ATTIV(?:I|A|ATE)|ISCRIV(?:ETE|A)|INSERI(?:TE|SCA))|ISCRIV(?:IM[IE]|ETEM[IE]|ERMI|ERCI)"
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
    r"|GENTILMENTE|CORTESEMENTE|NUOVO|NUOVAMENTE|ANCORA|PUNTO|VIRGOLA|PROMOZIONI|INVIO"
)
_MESSAGES = re.compile(
    r"MESSAGGI|MESSAGGIO|NOTIZIE|NOTIFICHE|NEWSLETTER|BOLLETTIN[OI]|WHATSAPP|ISCRIZIONE|SERVIZIO"
    r"|SCRIVERMI|MANDARMI"
    r"|INVIARMI|SCRIVERE|LISTA|GRUPPO"
)
_SMALL = re.compile(
    r"AD?|AI|AL|ALL[AE]|CON|D[AEI]|D[AE]I|D[AE]L|D[AE]LL[AE]?|GLI|I|IL|IN|L|L[AEO]|PER|UNA?"
    r"|QUEST[AEIO]|M[IO]|MI[AO]"
)
# A name has none of these: what follows is a sentence about something else.
_SENTENCE = re.compile(
    r"NON|CHE|MA|SE|PERCHE|COME|QUANDO|DOVE|QUANTO|HO|HAI|HA|ABBIAMO|VORREI|VOGLIO|POSSO|VENGO|SIAMO"
    r"|DIS{1,2}AT{1,3}IVA.*|STOP|BASTA|CANCELLA.*|TOGLI.*|SPID|PEC|TARI|CIE"
)
# Who joins says none of these: what is refused, or doubtful, is asked about.
_REFUSES = re.compile(
    r"NO+|NON|NIENTE|NULLA|MAI|NEMMENO|NEANCHE|NEPPURE|MANCO|MICA|MACCHE|ANZI|SENZA"
    r"|SBAGLIO|SBAGLIAT[OA]|ERRORE|RIFIUT\w+|RINUNCI\w+|CONTRARI[OA]"
)
_REFUSING = frozenset("👎🚫❌⛔🛑🙅")
# What else of the Comune can be switched on or left, with or without an article.
_THINGS = re.compile(
    r"ACQUA|LUC[EI]|GAS|CORRENTE|SEMAFOR[OI]|LAMPION[EI]|RISCALDAMENTO|TELECAMER[AE]|FIBRA|WIFI|INTERNET|LINEA"
    r"|CART[AE]|TESSER[AE]|SIRENA|RACCOLTA|MENSA|FONTAN[AE]|ILLUMINAZIONE|VARCO|ZTL|BUS|SCUOLABUS|SOSTA"
)
_LISTS = re.compile(
    r"ATTESA|ASILO|NIDO|ANAGRAFE|SCUOLA|MENSA|TARI|IMU|MULTA|GRADUATORIA|ELETTORAL[EI]|SCRUTATORI|ALBO|CONDOMINIO"
)
# After a word to leave: a refusal, a question about it, or only a part of what we send.
_TAKES_BACK = re.compile(
    r"^O (?:RI)?ATTIVA$|^(?:NO+|MAI|ANZI|NON (?:ANCORA|ORA|ADESSO|SUBITO|MI VA|VOGLIO|SERVE)(?: GRAZIE)?$)\b"
    r"(?! NON\b)"
    r"|\bMA NON (?:ORA|ADESSO|ANCORA|SUBITO)\b|\b(?:RIATTIV|ISCRIVE)\w+"
    r"|\b(?:SOLO|SOLTANTO|SOLAMENTE) (?:LE |I |GLI |L )?"
    r"(?:NOTIZI|MESSAGG|EVENT|AL{1,2}ERT|AVVIS|BOLLETTIN|METEO|EMERGENZ|PER\b)"
)
_ASKS_WHAT = re.compile(
    r"\b(?:(?:CHE|COSA) (?:VUOL|VUOLE) DIRE|(?:CHE|COSA) (?:SIGNIFICA|SUCCEDE|SERVE|E|FA)|SIGNIFICA"
    r"|A CHE SERVE|COME (?:SI FA|FACCIO|FUNZIONA)|PERCHE|SE (?:SCRIVO|DISATTIVA|MANDO)"
    r"|(?:POI|DOPO) (?:POSSO|MI)|E POI)\b"
)
_STAYS = re.compile(
    r"\bNON (?:MI |CI |LO |LA |VI )?(?:CANCELL|DISATTIV|DISISCRIV|TOGLI|ELIMIN|RIMUOV|LEVA)\w*"
    r"|\bNON (?:VOGLIO|VORREI|INTENDO|DESIDERO|VOLEVO|DEVO)(?: MICA| PROPRIO| AFFATTO)? (?:ESSERE )?"
    r"(?:CANCELL|DISATTIV|DISISCRI|TOLT|TOGLI|USCI|ELIMIN|RIMOSS|SMETTERE|PERDER)\w*"
)
_NO_NEWS = re.compile(
    r"\b(?:NIENTE|NO|NON|NON VOGLIO|SENZA)(?: PIU)?(?: LE| I| GLI)? "
    r"(?:NOTIZIE|MESSAGGI|EVENTI|BOLLETTINI|ALTRO|RESTO)\b"
)
_NO = re.compile(r"(?:NO+|MAI|ANZI)(?: \w+){0,2}")
_QUOTES = re.compile(r"\b(?:DICE|DICONO|DETTO|LETTO|SCRITTO|SCRITTA|SCRIVERE|SCRIVI|PAROLA)$")
_MOST_EXTRA_WORDS = 4  # name, surname, and a neighbourhood of two words
_LONGEST = 40  # words of a sentence that says nothing but one thing
_ENDS = re.compile(r"([.!?;:\n,]+|\b(?:virgola|punto|a capo)\b)", re.IGNORECASE)  # dictated ones, too

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
_JOINS = re.compile(rf"{_BEFORE}(?:{_ON}|{_ALERTS})(?!\w)")
# Sentences that can be meant in one way only, wherever they stand.
_ALONE = re.compile(
    rf"{_BEFORE}(?:(?P<erase>{_ERASE})|(?P<leave>DIS{{1,2}} ?AT{{1,3}}IVA\w*|(?:MI )?DISISCRIV\w*|UNSUBSCRIBE"
    r"|(?:STOP|BASTA)(?: CON| AI)?(?: QUESTI)? MESSAGGI|TOGLIETEMI|LEVATEMI|ELIMINATEMI|RIMUOVETEMI"
    rf"|ESSERE (?:{_GONE})[OAI]"
    r"|NON (?:VOGLIO|DESIDERO|VORREI|INTENDO) PIU (?:RICEVERE|RICEVERLI|MESSAGGI|NOTIZIE|AVVISI)"
    r"|NON (?:MI (?:MANDATE|INVIATE|SCRIVETE)|(?:MANDATE|INVIATE|SCRIVETE|MANDAR|INVIAR|SCRIVER)MI) PIU"
    r"(?: NIENTE| NULLA)?)"
    rf"|(?P<alerts>{_ALERTS})"
    rf"|(?P<join>{_AGAIN}|AT{{1,3}}IVA(?:TEMI|MI|RE)?|ISCRIV(?:IMI|ETEMI)))(?!\w)"
)
_HINTS = re.compile(
    r"\b(?:DIS{1,2} ?AT{1,3}IV\w+|DISISCRIV\w*|CANCELLA(?:TE)?MI|TOGLI(?:ETE)?MI"
    r"|UNSUBSCRIBE|SMETTETELA|SPAM)\b"
    rf"|\bESSERE (?:S?CANCELLAT|{_GONE})[OAI]\b|\bCANCELLAZIONE (?:DAL|DEL MIO|DEI MIEI)"
    r"|\bNON (?:VOGLIO|DESIDERO|VORREI|INTENDO) PIU (?:RICEVERE|MESSAGGI|NOTIZIE|AVVISI)\b"
    r"|\bNON (?:CI |LE |GLI |M[IE] )?SCRIVE(?:TE|RE)(?:LE|GLI|CI|MI)? PIU\b"
    r"|\b(?:TOGLI|CANCELL|ELIMIN|RIMUOV|LEVA)\w* (?:IL )?(?:SUO|LORO) (?:NUMERO|NOME|NOMINATIVO)\b"
    r"|\bTOGLIE(?:TE|R)L[OAI]\b|\bNON ATTIVA(?:RE|TE|TEMI)\b"
    r"|^(?:TOGLIERE|TOGLI|ELIMINA|ELIMINARE|LEVA|BLOCCA|RIMUOVI)$|^BLOCCA(?:TE|RE)? (?:QUESTI |I )?MESSAGGI"
    rf"|^(?:\w+ ){{0,2}}STOP\b|^{_BEFORE}(?:{_OFF}|{_WEAK_OFF}|{_ERASE}|CANCELLA(?:TE)?)(?!\w)"
)


def command(text: str) -> Command | None:
    """What is asked for; None when the text is about something else, or refuses what it names.

    Greetings, courtesies and who writes may stand before the word, a name or a neighbourhood after it; and
    the word to leave, or to join, may be a sentence of its own among others, at the end of a long letter too.
    """
    text = text[:READ]
    words = written(text)
    folded = [_fold(word) for word in words]
    if not words:
        return Command.AIUTO if text.strip() and set(text.strip()) == {"?"} else None
    if (len(words) == 1 and folded[0] in _HELP) or _HOW.fullmatch(" ".join(folded)):
        return Command.AIUTO
    if folded[0] in _YES and all(word in _YES or _SERVICE.fullmatch(word) for word in folded):
        return None if _is_refused(text, folded) else Command.CONFERMA
    return _at_the_beginning(text, words, folded) or _in_a_sentence(text, folded)


def hints_at_leaving(text: str) -> bool:
    """A word to leave inside a sentence about something else: "stop, non vengo stasera"; or one to join that
    is refused in the same breath: "attiva no".
    """
    words = written(text)
    folded = [_fold(word) for word in words]
    sentence = " ".join(folded)
    if "STOP" in words or _HINTS.search(sentence) is not None:
        return True
    return _JOINS.match(sentence) is not None and _is_refused(
        text, [word for word in folded if word != "NON"]
    )


def _fold(word: str) -> str:
    return corrected(without_accents(word))


def _is_refused(text: str, folded: list[str]) -> bool:
    return not _REFUSING.isdisjoint(text) or any(_REFUSES.fullmatch(word) for word in folded)


def _at_the_beginning(text: str, words: list[str], folded: list[str]) -> Command | None:
    is_question = "?" in text
    for meaning, pattern, weak in _RULES:
        match = pattern.match(" ".join(folded))
        if match is None:
            continue
        length = len(match[0].split())
        rest = words[length:]
        if meaning in _LEAVING:
            # what does not fit is asked about, and never read as joining
            leaves = _leaves(match[0], rest, weak=weak, is_question=is_question)
            return meaning if leaves else None
        if meaning == Command.ATTIVA and _is_refused(text, folded):
            return None
        if meaning == Command.SOLO_ALLERTE and _is_refused(text, _without_news(folded[length:])):
            return None
        asks = not is_question or len(words) == 1 or _ASKS_FOR_IT.search(match[0]) is not None
        if asks and _is_a_name(rest, weak=weak):
            return meaning
    return None


def _in_a_sentence(text: str, folded: list[str]) -> Command | None:
    """As in "Non abito più qui. DISATTIVA". Whoever joins says nothing against it elsewhere."""
    matches: list[re.Match[str]] = []
    others: list[str] = []
    after: list[str] = []  # the last that was found
    meant = before = ""
    parts = ["", *_ENDS.split(text)]  # what ends a sentence, and the next one
    for end, part in zip(parts[::2], parts[1::2], strict=True):
        words = [_fold(word) for word in written(part)]
        sentence = " ".join(words)
        match = _ALONE.match(sentence) if len(words) <= _LONGEST else None
        is_quoted = end.strip() in (":", ",") and _QUOTES.search(before) is not None
        if match and not is_quoted and all(map(_adds_nothing, words[len(match[0].split()) :])):
            matches.append(match)
            after, meant = [], f"{meant} {sentence}"
        else:
            others.append(sentence)
            after.append(sentence)
        before = sentence
    if any(match["erase"] or match["leave"] for match in matches):
        asks = "?" in text and any(map(_ASKS_WHAT.search, others))
        if asks or any(map(_NO.fullmatch, after)) or any(map(_STAYS.search, others)):
            return None
        if not any("ATTIV" in match[0] for match in matches) and any(map(_LISTS.fullmatch, folded)):
            return None
        return Command.CANCELLAMI if any(match["erase"] for match in matches) else Command.DISATTIVA
    if any(match["alerts"] for match in matches):
        is_against = "?" in text or any(map(_HINTS.search, others))
        is_refused = _is_refused(text, _without_news(after))
        return None if is_against or is_refused else Command.SOLO_ALLERTE
    if any(re.match(_AGAIN, match["join"]) for match in matches):
        others = [part for part in others if not re.search(r"\b(?:SBAGLI\w+|ERRORE)\b", part)]
    words = [word for part in (*others, meant) for word in part.split()]
    is_against = any(map(_HINTS.search, others)) or _is_refused(text, words)
    return Command.ATTIVA if matches and not is_against else None


def _without_news(folded: list[str]) -> list[str]:
    """The words after SOLO ALLERTE, without those that only say it again: "niente notizie"."""
    return _NO_NEWS.sub("", " ".join(folded)).split()


def _adds_nothing(word: str) -> bool:
    """Whether a sentence that ends with this word too is no other sentence: "disattivare il servizio"."""
    is_ours = _SERVICE.fullmatch(word) or _SMALL.fullmatch(word)
    return is_ours is not None and not _REFUSES.fullmatch(word)


def _leaves(asked: str, rest: list[str], *, weak: bool, is_question: bool) -> bool:
    """Whether it is meant, with what follows: any sentence ("disattiva, ho cambiato casa"), or a name."""
    folded = [_fold(word) for word in rest]
    sentence = " ".join(folded)
    if _TAKES_BACK.search(sentence) or (is_question and _ASKS_WHAT.search(sentence)):
        return False
    if sentence in ("NIENTE", "NULLA") if "ATTIV" in asked else any(map(_LISTS.fullmatch, folded)):
        return False
    if _is_a_name(rest, weak=weak):
        return True
    if weak:  # "basta, non voglio più messaggi"
        return any(map(_MESSAGES.fullmatch, folded))
    return not _begins_with_a_thing(rest)


def _is_a_name(rest: list[str], *, weak: bool) -> bool:
    # "è" tells a sentence; without the accent it may join two names.
    if any(_SENTENCE.fullmatch(_fold(word)) or word.casefold() == "è" for word in rest):
        return False
    if any(_THINGS.fullmatch(_fold(word)) for word in rest):
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
