"""Who tells whom, before what is told: `Si informa la cittadinanza che la strada è chiusa`."""

import re

_WHO = (
    r"(?:(?:l['’]|il |la |lo )?(?:amministrazione(?: comunale)?|comune(?: di"
    r" (?:[A-Z]\w+\s?){1,4})?|ufficio [\w ]{1,40}|assessorato [\w ]{1,40}"
    r"|gestore(?: del servizio idrico| della rete)?"
    r"|(?:servizio|settore|ufficio) (?:idrico|acquedotto|rifiuti|tributi|anagrafe|scuola|istruzione|sociale)"
    r"(?: integrato)?"
    r"(?: (?:del comune|comunale|dell['’]unione)(?: (?:di )?(?-i:[A-Z]\w+(?: [A-Z]\w+){0,2}))?)?"
    r"|(?-i:A(?:SP|SL|TS|USL)|ULSS)(?: (?:di )?[\w ]{1,30})?"
    r"|(?:società|ente|azienda)(?: (?:gestore|che gestisce [^,.;:]{3,40}?|incaricata|concessionaria))?"
    r"|sindac[oa](?: [A-Z]\w+){0,3}|giunta(?: comunale)?)\s+)"
)
_COMPANY = r"(?-i:[eE]-\w+|[A-ZÀ-Ý][\w-]+(?: [A-ZÀ-Ý][\w-]+){0,2}) "  # `E-distribuzione comunica che`
_WHOM = (
    r"(?:\s+(?:(?:della|dei|i|le|ai|alle|tutti i|tutta la|la|alla|gli|agli|a tutti i|a tutta la)\s+"
    r"|l['’]\s?|all['’]\s?)(?:gentil[ei]\s+)?(?:cittadin\w+"
    r"|cittadinanza|utenti|utenza|elettori|residenti|famiglie|interessati|contribuenti|genitori|studenti|proprietari"
    r"|titolari|imprese|operatori|associazioni|popolazione)(?:\s+interessat\w)?(?:\s+e\s+(?:i|le|ai|alle)?\s*\w+)?"
    r"|\s+(?:a questo (?:ente|comune)|al comune|all['’](?:ente|amministrazione(?: comunale)?)))?"
)
_OF_THEM = (
    r"(?:hanno|abbiano|intend|desider|vogliono|usufrui|frequent|necessit|risiedono|fossero|avessero)"  # `che`
)
_PREAMBLE = re.compile(
    r"^(?:"
    # `Si informano i genitori degli alunni che frequentano il nido che sono aperte le iscrizioni`
    r"si (?:informano|avvisano|avvertono) (?:i|le|gli|tutti i|tutte le) [^.;:,]{3,90}? che,? "
    r"(?=(?:luned|marted|mercoled|gioved|venerd)ì\s\d|sabato\s\d|domenica\s\d|dal(?:l['’]|\s)\d|il\s\d)|"
    r"si (?:informano|avvisano|avvertono) (?:i|le|gli|tutti i|tutte le) "
    r"(?:sigg?\.?(?:ri)? |signori |gentili )?"
    r"(?:genitori|famiglie|utenti|alunni|contribuenti|cittadini|studenti|interessati|elettori)\b[^.;:]{0,150}?\sche,?\s+"
    r"(?=(?:il|lo|la|i|gli|le|un|una|dal|dalla|da|a|per|in|nel|nella|con|è|anche|presso|entro"
    r"|sono (?:apert|stat|disponibil|in (?:corso|distribuzione))\w*|sarà|saranno|si)\s|l['’])|"
    r"(?:con la presente |con il presente avviso |a tal proposito |al riguardo |pertanto "
    r"|inoltre |infine )?(?:si (?:comunica|informa(?:no)?|avvis(?:a|ano)|rende noto|ricorda|rammenta"
    r"|precisa|segnala|fa presente|avverte|ribadisce|porta a conoscenza|pubblica l['’]avviso)"
    rf"|(?:{_WHO}|{_COMPANY})(?:ha (?:comunicato|informato|reso noto)|comunica|informa"
    rf"|avvisa|annuncia|rende noto|ricorda|segnala|ribadisce"
    rf"|fa sapere))"
    r"(?:,? (?:inoltre|altresì|anche|infine|quindi|pertanto)\b,?)?"
    rf"{_WHOM}(?:,\s(?:su|come da|a seguito d|in seguito a|in base a|d['’]intesa con)[^,;:.]{{3,70}},)?"
    rf"\s*,?\s*che\s*(?:,\s*)?(?!\s*{_OF_THEM})"
    rf"|(?:rende noto|comunica|informa|avvisa){_WHOM}\s*,?\s*che\s*(?:,\s*)?"
    r"|siamo (?:spiacent|liet|felic|orgoglios)\w+ di (?:dover(?:vi)? )?"
    r"(?:comunicar|informar|annunciar)(?:e|vi)(?:vi)? che\s+(?:quest['’]anno )?"
    r"|è con (?:grande )?piacere che\s+"
    r"|(?:desideriamo (?:render|comunicar|ricordar)(?:e|vi)|(?:vi )?(?:informiamo|comunichiamo|ricordiamo)),?"
    r" (?:noto )?che\s+"
    r"|si richiama l['’]attenzione [^,;:]{0,60}?(?:sul fatto|nel ribadire|nel ricordare) che\s*,?\s+"
    r"|(?:cogliamo|si coglie) (?:inoltre )?l['’]occasione per (?:ricordare|informare"
    r"|comunicare)(?: \w+ cittadin\w+)? che\s+"
    r"|(?:inoltre|infine|pertanto|quindi|a tal fine),?\s+"
    r"|per quest[oa](?: motivo| ragione)?,?\s+"
    r"(?=(?:è|sono|si|il|la|i|gli|le|dal|dalle|\w{3,7}ì|sabato|domenica)\s|l['’])"
    r")",
    re.I,
)
_THEY_MAY = re.compile(  # `Si avvisano gli elettori di Po che entro il 31 gennaio possono rinnovare …`
    r"^si (?:informano|avvisano|avvertono|invitano) (?P<whom>(?:i|le|gli) [^.;:]{3,90}?),? che,? "
    r"(?P<when>(?:entro|dal|dall['’]|da|fino|a partire)\b[^.;:,]{3,50}?,? )?"
    r"(?P<may>(?:non )?(?:possono|devono|potranno|dovranno)\b|sono in (?:spedizione|consegna)\b)",
    re.I,
)
_WITH_THIS = re.compile(r"^con (?:la|il) presente(?: avviso)?,? (?=si )", re.I)


def without_preamble(sentence: str) -> str:
    """`Si informa che la strada è chiusa` -> `La strada è chiusa`."""
    if they := _THEY_MAY.match(sentence):
        when = f", {they['when'].strip(' ,')}, " if they["when"] else " "
        if they["may"].lower().startswith("sono"):
            return f"Per {they['whom']}{when}{sentence[they.start('may') :]}"
        return f"{they['whom'][:1].upper()}{they['whom'][1:]}{when}{sentence[they.start('may') :]}"
    rest = _WITH_THIS.sub("", _PREAMBLE.sub("", sentence, count=1))
    return rest[:1].upper() + rest[1:] if rest != sentence and len(rest) > 15 else sentence
