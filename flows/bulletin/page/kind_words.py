"""The words that speak for each kind of notice, with their weights: what `kinds` counts."""

from flows.bulletin.language.cues import Cued
from flows.bulletin.page.notice import Kind

# (weight, words): each row counts once, where it stands best
_WORDS: dict[Kind, tuple[tuple[float, str], ...]] = {
    Kind.event: (
        (
            2.0,
            r"concert[oi]|recital|musical|spettacol\w+|cinema|film|commedia|mostr[ae]|sagr[ae]|(?<!durante\sle\s)(?<!per\sle\s)fest[ae]|festival"
            r"|mercatin\w+|fier[ae]|trofe\w|torne[oi]|camminat\w|marcia|passeggiat\w|biciclettata|escursion\w+"
            r"|pedalat\w|fiaccolat\w|tombol[ae]|aperitiv\w|seminari[oi]?|workshop|cineforum|laborator\w+|convegn\w|conferenz\w|(?:assemblea|incontro)\s+pubblic[ao]|cerimonia|commemorazion\w|celebrazion\w"
            r"|inaugurazion\w|visit[ae]\s+guidat\w|lettur[ae](?:\s+ad\s+alta\s+voce)?(?!\s+(?:de[il]\s+|dell[ae]\s+)?(?:contator|grad))|open\s+day|serat[ae]"
            r"|rassegn\w|(?<!nella\s)giornata\s+(?:mondiale|nazionale|internazionale|ecologica|di|della|del)|degustazion\w",
        ),
        (
            1.6,
            r"va\s+in\s+scena|vanno\s+in\s+scena|prevendit\w|bigliett[oi]\s+inter[oi]|riunion[ei]|(?:\w+esima|\d{1,3}[ªa^°])\s+edizione|presentazion\w\s+(?:pubblica|(?:del\s+)?(?:libro|romanzo|progetto))|incontr[oi]|corso\s+di",
        ),
        (
            1.2,
            r"si\s+terrà|si\s+svolgerà|in\s+programma|vi\s+aspettiamo"
            r"|(?<!su\s)(?<!senza\s)(?<!previo\s)(?<!prendere\s)(?<!fissare\s)appuntament[oi](?!\s+si\s+(?:prend|fiss))"
            r"|ritrovo|è\s+prevista\s+una",
        ),
        (
            1.2,
            r"ingresso\s+(?:libero|gratuito|ad?\s+offerta)|inizio\s+evento|biglietteria"
            r"|(?:ingresso|bigliett[oi])\s+(?:€\s?)?\d|bigliett[oi]\s+(?:prenotabili|in\s+vendita|online)|regia\s+di",
        ),
        (
            1.6,
            r"compagnia\s+(?:teatrale|teatro)|teatro\s+ragazzi|stagione\s+(?:teatrale|di\s+prosa|concertistica)|burattin\w"
            r"|amichevole",
        ),
        (1.0, r"racconta(?:no)?|celebra(?:no)?|evento|manifestazione\s+(?:podistica|sportiva)|ensemble"),
        (4.0, r"(?:inizio|fine)\s+evento|date\s+e\s+orari|data\s+e\s+ora"),
    ),
    Kind.deadline: (
        (2.0, r"manifestazion\w\s+di\s+interesse\s+(?:per|finalizzat\w)|indagine\s+di\s+mercato"),
        (
            2.2,
            r"band[oi]|contribut[oi]|bonus|voucher|avviso\s+pubblico|bors[ae]\s+di\s+studio|buon[oi]\s+"
            r"(?:scuola|libri|spesa)|agevolazion\w|sostegno\s+(?:economico|demografico)|rimborso|(?<!imposta\sdi\s)soggiorn\w",
        ),
        (
            1.6,
            r"domand[ae](?!\s+frequent)|istanz[ae]|candidatur\w|iscrizion\w|preiscrizion\w|adesion\w"
            r"|manifestazion\w\s+d(?:['’]\s?|i\s+)interesse|concessione\s+in\s+uso|aperte\s+le",
        ),
        (
            1.6,
            r"scadenz\w|entro\s+(?:e\s+non\s+oltre|il|le(?!\s(?:ore\s)?\d{1,2}(?:[:.]\d\d)?(?:[.;,](?!\d)|$))|l['’])|non\s+oltre|termin[ei]\s+(?:per|di)|prorog\w+",
        ),
        (1.0, r"partecipare\s+al|gratuit\w\s+per\s+i\s+cittadini|isee|requisiti|presentare\s+la\s+domanda"),
    ),
    Kind.job: (
        (3.0, r"concors[oi]\s+pubblic\w|assunzion\w|offert[ae]\s+di\s+lavoro|selezione\s+pubblica"),
        (
            2.0,
            r"(?<!al\s)(?<!motivi\sdi\s)lavoro|tirocini\w*|ricerca\s+di\s+personale|personale\s+da\s+assumere|lavor\w+\s+stagional\w",
        ),
        (
            1.5,
            r"scrutator\w+|rilevator\w+|lavoratori|posto\s+di|a\s+tempo\s+(?:pieno|determinato|indeterminato)",
        ),
    ),
    Kind.road: (
        (
            4.0,
            r"chiusura\s+(?:delle\s+strade|(?:della\s+)?strad[ae]\s+(?:comunal|provincial|statal)[ei]|strade)",
        ),
        (
            2.8,
            r"viabilità['’]?|z\.?t\.?l\.?|zona\s+a\s+traffico\s+limitato|chius[ao]\s+al\s+(?:traffico|transito)|senso\s+unico|divieto\s+di\s+(?:sosta|transito)|transito|(?<!libera\s)circolazione|carreggiat\w"
            r"|(?:ponte|sottopasso|galleria|viadotto|cavalcavia)\s(?:[\w.]+['’\s]\s?){0,4}chius[oa]|asfaltatur\w|chiusura\s+(?:al\s+traffico|(?:temporanea\s+|notturna\s+)?(?:di|della|in|del)\s+"
            r"(?:via|viale|piazza|strada|s\.?p|ponte|sottopasso|tratto|casello))|traffico|deviazion\w"
            r"|strad[ae]\s+(?:\w+\s+){0,5}?(?:chius[ae]|interrott[ae])|(?:via|viale|piazza|corso)\s[\w'’.]+(?:\s[\w'’.]+){0,3}\s(?:è\s)?chius[ao]|chiusura\s+(?:di\s+un\s+|del\s+)?tratto\s+(?:di|della)\s+strada|interruzione\s+stradale|senso\s+alternato",
        ),
        (1.0, r"s\.?\s?p\.?\s+(?:n\.\s?)?\d+|rotatoria|lavori|veicol\w|sosta|percors\w\s+alternativ\w"),
        (
            0.1,  # an address; `al via il concorso`, `in via sperimentale` are none
            r"(?<!al\s)via(?:le)?\s+(?!d['’]urgenz|straordinari|eccezional|sperimental|telematic|e-?mail|mail|sms|pec|web|telefon"
            r"|(?:il|lo|la|le|i|gli|liber[ao])\s)\w+",
        ),
    ),
    Kind.supply_cut: (
        (
            5.0,
            r"(?:interruzion\w|sospension\w|mancanz\w|disserviz\w+|carenza|riduzione)\s+(?:temporanea\s+|programmata\s+|del(?:la|l['’])?\s*|d['’]\s?"
            r"|di\s+)*(?:erogazion\w|energia|corrente|acqua|acquedotto|idric\w|fornitura|flusso\s+idrico|gas|elettric\w|servizio\s+idrico)",
        ),
        (
            5.0,
            r"(?:sospes|interrott)[oa]\s+(?:temporaneamente\s+)?(?:l['’]|la\s+|il\s+)?\s?(?:erogazion\w|energia|corrente|acqua"
            r"|fornitura|flusso\s+idrico|servizio\s+idrico)",
        ),
        (2.0, r"manca(?:nza)?\s+l?['’]?acqua|senza\s+(?:acqua|luce|energia)|rubinett\w"),
    ),
    Kind.hours: (
        (
            4.0,
            r"(?:sospension\w|chiusura)\s+(?:(?:delle|di\s+tutte\s+le)\s+)?(?:attività\s+didattic\w|lezioni|scuole)",
        ),
        (
            3.0,
            r"chius[aoei](?:\s+al\s+pubblico)?|chiusur[ae](?!\s+de(?:i|l|lla)\s+(?:\S+\s+)?(?:campionat|festival|stagion|manifestazion|torne))|orari(?:o\s+(?:estiv\w|invernal\w|di\s+(?:apertura"
            r"|visita)))?|(?:nuovo|cambio|variazione)\s+(?:di\s+|dell['’])?orario|riapr\w+|riapertur\w(?!\s+(?:(?:de[il]\w*|dell[ae])\s+)?(?:iscrizion|termin|domand|band))|apertura\s+(?:straordinaria|al\s+pubblico)",
        ),
        (
            1.4,
            r"uffic[io]\w*|bibliotec\w+|sportell[oi]|muse[oi]|parch[io]|cimiter[oi]|municipio|ecocentr\w|piscina"
            r"|palestr\w|centro\s+di\s+raccolta|anagrafe",
        ),
    ),
    Kind.service: (
        (4.0, r"(?:es|estu|in)umazion\w"),
        (
            2.2,
            r"servizi[o]?|sportello|ritiro|cart[ae]\s+d['’]\s?identità|autorizzazion\w|certificat\w+|imu|tari|tributi|impost[ae]"
            r"|trasporto\s+scolastico|mensa|pedibus|modulistica|albo|giuramento|agevolazioni",
        ),
        (
            1.6,
            r"richiest\w|richiedere|occorre|è\s+necessario|document[io]\s+da\s+presentare|spid|marca\s+da\s+bollo",
        ),
        (1.5, r"ingresso\s+(?:solo|al)|accesso\s+(?:principale|diretto)|senza\s+prenotazione|trasferi\w+"),
        (1.2, r"documentazione|copia\s+(?:del|cartacea|documento)|istanze|modell[oi]"),
        (1.5, r"incontri\s+gratuiti\s+di|autoaiuto|gruppo\s+di"),
        (1.05, r"raccolta\s+(?:porta\s+a\s+porta|(?:dei\s+)?rifiuti)"),  # a strike of it closes, too
    ),
    Kind.health: (
        (
            3.0,
            r"vaccin\w+|disinfestazion\w|zanzar\w|west\s+nile|screening|donazion\w\s+(?:di\s+)?sangue|legionell\w|peste\s+suina|aviaria"
            r"|dengue|ambulator\w+|medic[oi]\s+di\s+(?:base|famiglia)|guardia\s+medica|processionaria|zecche",
        ),
        (1.0, r"salute|sanitari\w|asl|ulss|ats|farmaci[ae]"),
    ),
    Kind.recall: (
        (
            4.0,
            r"richiam(?:o|at[oaie])\s+(?:\w+\s+){0,2}(?:giocattol\w|prodott\w|aliment\w|lott[oi]|il|la|le|i|gli|uov\w"
            r"|carn\w|latt\w|formagg\w|salum\w|salam\w|pesc\w|pan[ei]|biscott\w|verdur\w|insalat\w|confezion\w"
            r"|crem\w|cosmetic\w|seggiolin\w|passeggin\w)|richiama(?:no)?\s+(?:\w+\s+){0,2}(?:lott[oi]|prodott\w)|safety\s+gate",
        ),
        (2.0, r"richiamo|ritirat[oaie]\s+dal\s+(?:mercato|commercio)|contaminat\w|lott[oi]\s+n"),
    ),
    Kind.alert: (
        (
            4.0,
            r"allert[ae]\s+(?:\w+\s+)?(?:meteo|gialla|arancione|rossa|verde|regionale|idro\w+|mal)"
            r"|(?:stato|fase)\s+di\s+(?:attenzione|pre-?allarme|allarme)|pre-?allarme|avviso\s+di\s+(?:criticità|allerta)"
            r"|criticità\s+(?:idro\w+|di\s+(?:codice|livello)|gialla|arancione|rossa)|bollettino\s+(?:meteo|di)"
            r"|codice\s+(?:giallo|arancion\w|rosso)",
        ),
        (
            2.0,
            r"(?<!caso\sdi\s)(?<!pioggia\so\s)maltempo|ondat[ae]\s+di\s+calore|temporal[ei]|(?<!piano\sdi\s)(?<!piano\scomunale\sdi\s)(?<!piano\s)protezione\s+civile|rischio\s+idro\w+|vento\s+forte"
            r"|allert[ae]\s+(?:ghiaccio|neve|vento|gelo|caldo)",
        ),
    ),
    Kind.result: (
        (
            4.0,
            r"graduatori[ae]|esit[oi]|vincitor[ei]|premiat[oaie]|aggiudicazion\w|risultat[oi]|elenco\s+(?:degli\s+)?"
            r"(?:ammessi|idonei|beneficiari)",
        ),
        (1.0, r"definitiv[ae]|provvisori[ae]|selezionati|ricors[oi]|concorso\s+di\s+idee"),
    ),
    Kind.act: (
        (
            2.6,
            r"ordinanza(?:\s+n)?|delibera\w*|decreto|adozione|deposito|adottato|revoca|integrazione|in\s+deroga",
        ),
        (
            2.0,
            r"p\.?u\.?a\.?|variante|v\.?a\.?s\.?|piano\s+(?:urbanistico|attuativo|di\s+lottizzazione)|osservazioni",
        ),
        (1.0, r"manifestazione|approvat[oaie]|pubblicazione|albo\s+pretorio"),
    ),
    Kind.campaign: (
        (
            3.0,
            r"censiment[oi]|campagna|questionari[oi]?|sondaggi[oi]?|consultazione\s+pubblica|sensibilizza\w+|calendario\s+(?:di\s+)?"
            r"(?:raccolta|rifiuti|ecologic\w)|bike\s+to\s+work|consultazione",
        ),
        (2.0, r"premia\s+chi|torna\s+il\s+progetto|raccolta\s+differenziata|attività\s+nelle"),
        (
            1.0,
            r"iniziativa|progetto|promozione\s+della|mobilità\s+sostenibile|beneficiari|invitiamo\s+tutti|buone\s+pratiche",
        ),
    ),
    Kind.other: (
        (
            3.0,
            r"lavori\s+di\s+(?:restauro|riqualificazione|ristrutturazione|manutenzione\s+straordinaria|ampliamento|demolizione)|cantiere",
        ),
        (3.2, r"vietat[oaie]|è\s+fatto\s+divieto|divieto(?!\s+di\s+(?:sosta|transito))|è\s+fatto\s+obbligo"),
        (
            2.0,
            r"ordinanza\s+(?:del\s+sindaco|sindacale|per)|sindaco\s+firma\s+l['’]ordinanza|mult[ae]\s+da|trasgressori",
        ),
        (5.0, r"lutto\s+cittadino"),
        (1.5, r"siccità|botti|fuochi|abbruciament\w|taglio\s+(?:dell['’]erba|siepi|rami)|sfalcio|emergenza"),
    ),
}
TABLE = tuple(
    (kind, weight, Cued(rf"(?<![\wà-ù])(?:{words})(?![\wà-ù])"))  # of small letters: half the time
    for kind, rows in _WORDS.items()
    for weight, words in rows
)
