"""What an office orders in the infinitive, said to its reader: `Evita le ore calde` of `Evitare …`."""

import re

_ORDERS = {
    "accertarsi": "Accertati",
    "accompagnare": "Accompagna",
    "allontanarsi": "Allontanati",
    "aprire": "Apri",
    "assicurarsi": "Assicurati",
    "attendere": "Attendi",
    "attenersi": "Attieniti",
    "avvisare": "Avvisa",
    "bere": "Bevi",
    "bollire": "Fai bollire",
    "chiamare": "Chiama",
    "chiudere": "Chiudi",
    "compilare": "Compila",
    "conferire": "Conferisci",
    "consegnare": "Consegna",
    "conservare": "Conserva",
    "consultare": "Consulta",
    "consumare": "Consuma",
    "contattare": "Contatta",
    "controllare": "Controlla",
    "coprire": "Copri",
    "diffidare": "Diffida",
    "eliminare": "Elimina",
    "esporre": "Esponi",
    "evitare": "Evita",
    "fare": "Fai",
    "fissare": "Fissa",
    "gettare": "Getta",
    "indicare": "Indica",
    "indossare": "Indossa",
    "inviare": "Invia",
    "iscriversi": "Iscriviti",
    "lasciare": "Lascia",
    "lavare": "Lava",
    "limitare": "Limita",
    "mantenere": "Mantieni",
    "mettere": "Metti",
    "mettersi": "Mettiti",
    "moderare": "Modera",
    "munirsi": "Munisciti",
    "parcheggiare": "Parcheggia",
    "portare": "Porta",
    "potare": "Pota",
    "preferire": "Preferisci",
    "prenotare": "Prenota",
    "presentare": "Presenta",
    "presentarsi": "Presentati",
    "prestare": "Presta",
    "proteggere": "Proteggi",
    "pulire": "Pulisci",
    "raccogliere": "Raccogli",
    "restare": "Resta",
    "restituire": "Restituisci",
    "ridurre": "Riduci",
    "rimanere": "Rimani",
    "rimuovere": "Togli",
    "ripararsi": "Riparati",
    "riportare": "Riporta",
    "rispettare": "Rispetta",
    "rispondere": "Rispondi",
    "ritirare": "Ritira",
    "rivolgersi": "Rivolgiti",
    "scrivere": "Scrivi",
    "segnalare": "Segnala",
    "seguire": "Segui",
    "sostituire": "Sostituisci",
    "spegnere": "Spegni",
    "spostare": "Sposta",
    "staccare": "Stacca",
    "svuotare": "Svuota",
    "tagliare": "Taglia",
    "telefonare": "Telefona",
    "tenere": "Tieni",
    "togliere": "Togli",
    "trattare": "Tratta",
    "usare": "Usa",
    "utilizzare": "Usa",
    "verificare": "Verifica",
}
_INFINITIVE = re.compile(r"[a-zà-ù]+(?:are|ere|ire|rsi)\b")
_CLAUSE = re.compile(  # `Svuotare i sottovasi, coprire i bidoni e non lasciare acqua`
    r"(?P<before>^|[,;]\s(?:e\s)?|\se\s)(?P<no>[Nn]on\s)?(?P<verb>[A-Za-zà-ù]+(?:are|ere|ire|rsi))\b"
)
_SAYS = re.compile(
    r"\b(?:è|sono|sarà|significa|vuol|può|possono|permette|consente|aiuta|richiede|diventa|resta|conviene|convengono|costa|vale"
    r"|fa bene|basta|salva|protegge)\b|[?:]",
    re.I,
)
_AIM = re.compile(  # `Per prenotare un appuntamento contattare l'ufficio`
    r"(?P<aim>Per [a-zà-ù][^,.;:()]{3,60}?),?\s"
    r"(?P<order>contattare|telefonare|chiamare|scrivere|rivolgersi|compilare|consultare)\s(?=\S)"
)
_MUST = re.compile(  # `Per prenotare occorre telefonare`: it has its verb
    r"\b(?:occorr\w+|bisogna|basta|serv\w+|necessari\w|possibile|pu[òo]\w*|possono|dev\w+|dovr\w+|potr\w+|preferibile"
    r"|opportuno|sufficiente|preg\w+|invit\w+|consigli\w+|a|di|da|e|o)$",
    re.I,
)


def order_of(verb: str) -> str:
    """`Evita` of `evitare`; "" of a verb of which no order is known."""
    return _ORDERS.get(verb.lower(), "")


def says(sentence: str) -> bool:
    """Whether an infinitive that opens a sentence is no order but its subject: `Bere acqua è utile.`"""
    return _SAYS.search(sentence) is not None


def is_order(sentence: str) -> bool:
    """Whether a sentence tells its reader what to do: `Evita le ore calde.`, `Non bere quest'acqua.`"""
    first, _, rest = sentence.partition(" ")
    return first in _ORDERS.values() or (first == "Non" and _INFINITIVE.match(rest) is not None)


def with_orders(sentence: str) -> str:
    """`Evita le ore calde, bevi acqua, non uscire.` of `Evitare le ore calde, bere acqua, non uscire.`; the
    sentence where one of its verbs is unknown, or where it has a verb of its own: `Bere acqua è utile.`
    """
    opens = _CLAUSE.match(sentence)
    if opens is None or not order_of(opens["verb"]) or _SAYS.search(sentence):
        return sentence
    verbs = [found["verb"] for found in _CLAUSE.finditer(sentence) if not found["no"]]
    if not all(map(order_of, verbs)):
        return sentence
    said = _CLAUSE.sub(
        lambda found: found[0] if found["no"] else f"{found['before']}{order_of(found['verb']).lower()}",
        sentence,
    )
    return f"{said[:1].upper()}{said[1:]}"


def with_aim(sentence: str) -> str:
    """`Per prenotare contatta l'ufficio.` of `Per prenotare contattare l'ufficio.`; else the sentence."""
    found = _AIM.match(sentence)
    if found is None or _MUST.search(found["aim"]):
        return sentence
    return f"{found['aim']} {order_of(found['order']).lower()} {sentence[found.end() :]}"
