"""Of which category an item is: from the site's own words by a table; keywords only suggest.

`allerta meteo` is no category of a news item, whatever its title cries: it is for the alerts of an issuer.
The names of argomenti and of kinds of event are the closed lists of the model for Comuni.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from flows.bulletin.language.titles import folded

ROADS = """
    viabilità; viabilità e trasporti; viabilità e mobilità; mobilità; mobilità sostenibile; traffico
    trasporti; trasporto pubblico; trasporto pubblico locale; trasporti pubblici; parcheggi; parcheggio
    sosta; zone pedonali; zona pedonale; ztl; zona a traffico limitato; pista ciclabile; piste ciclabili
    strade; modifiche alla viabilità; ordinanze viabilità; ordinanza viabilità; lavori stradali
    strade e viabilità
"""
CALLS = """
    bandi; bando; bandi e avvisi; bandi di concorso; bandi di gara; concorsi; concorso; gare
    gare e appalti; gare e bandi; contributi; contributo; contributi e agevolazioni
    contributo economico; agevolazioni; agevolazione; agevolazioni finanziarie; bonus; voucher
    borse di studio; borsa di studio; scadenze; scadenza; avvisi pubblici; avviso pubblico; selezioni
    graduatorie; finanziamenti; offerte di lavoro; scadenze tributarie
"""
SERVICES = """
    servizi; servizio; servizi al cittadino; servizi demografici; anagrafe; anagrafe e stato civile
    stato civile; gestione rifiuti; rifiuti; raccolta differenziata; raccolta rifiuti
    rifiuti e raccolta differenziata; acqua; acquedotto; servizio idrico; igiene pubblica; orari uffici
    orari; chiusura uffici; uffici comunali; cimiteri; servizi cimiteriali; servizi online
    servizi digitali; sportello; sportelli; urp; animale domestico; animali domestici
"""
EVENT_KINDS = """
    evento; eventi; eventi e manifestazioni; manifestazioni; manifestazione; manifestazioni ed eventi
    evento culturale; evento sociale; evento sportivo; evento religioso; evento politico
    evento di formazione; evento storico; evento artistico; eventi in programma
    cultura eventi e manifestazioni; appuntamenti; appuntamento; concerto; concerti; spettacolo
    spettacolo teatrale; spettacolo di danza; spettacoli; proiezione cinematografica; cinema; teatro
    mostra; mostre; mostra o esposizione; esposizione; festival; rassegna; festa; feste; festa popolare
    festa patronale; sagra; sagre; fiera; fiere; fiere e mercati; mercatino; mercatino dell antiquariato
    gara; gara o torneo o competizione; torneo; competizione; manifestazione sportiva
    manifestazione musicale; manifestazione artistica; commemorazione; commemorazione ricorrenza
    celebrazione; cerimonia; conferenza; convegno; congresso; seminario; incontro; incontri
    presentazione libro; presentazione di un libro; dibattito; laboratorio; laboratori; corso; corsi
    giornata aperta; giornata informativa; open day; visita guidata; visite guidate; inaugurazione
    lettura; iniziativa per bambini e ragazzi; raduno; processione; pellegrinaggio; escursione; parata
    sfilata; marcia
"""
# What a citizen's life is about says less: a road closes for a concert, a library closes for stock-taking.
HINTS = """
    tempo libero: eventi; turismo: eventi; cultura: eventi; sport: eventi; patrimonio culturale: eventi
    biblioteca: servizi; assistenza sociale: servizi; assistenza agli invalidi: servizi
    ambiente: servizi; sociale: servizi; servizi sociali: servizi; famiglia: servizi; giovani: servizi
    anziani: servizi; scuola: servizi; scuole: servizi; istruzione: servizi; servizi scolastici: servizi
    mensa: servizi; mensa scolastica: servizi; trasporto scolastico: servizi; residenza: servizi
    matrimonio: servizi; nascita: servizi; morte: servizi; elezioni: servizi; elettorale: servizi
    imposte: servizi; tributi: servizi; tassa sui servizi: servizi; tasse: servizi
    tasse e tributi: servizi; immigrazione: servizi; inquinamento: servizi; polizia: servizi
    edilizia: servizi; spazio verde: servizi; verde pubblico: servizi; commercio ambulante: servizi
    commercio al minuto: servizi; commercio e mercati: servizi; mercato: servizi; lavoro: bandi
    formazione professionale: bandi; imprese: bandi; lavori pubblici: altro
"""

_ABOUT_ROADS = r"""
    viabilit\w*|traffico|transito|\bsosta\b|senso\s+unico|strad[ae]\s+chius\w+|rimozione\s+forzata
    |chius\w+\s+(?:al\s+traffico|temporane\w+\s+d\w+\s+(?:strada|via\b)|(?:\w+\s+)?(?:del\s+)?(?:sottopasso|ponte|cavalcavia)|(?:\w+\s+)?(?:di|della|su|in)\s+(?:via|viale|strada|piazza|s\.?p)\b)
    |asfaltatur\w+|\bztl\b|parchegg\w*|\bautobus\b|\bbus\b|mezzi\s+pubblici|trasporto\s+pubblico
    |sottopasso|tangenziale|strada\s+(?:provinciale|statale)|\bs\.?\s?[ps]\.?\s?(?:n\.?\s?)?\d+
    |ciclabil\w+|semafor\w+|rotatori\w+|carreggiat\w+|targhe\s+alterne|\btreni?\b|deviazion\w+
    |percorso\s+(?:bus|alternativo)|limitazion\w+\s+al(?:la)?\s+(?:traffico|circolazione)|parcometr\w+
"""
_ABOUT_CALLS = r"""
    \bband[oi]\b|\bcontribut\w+|concors[oi]\s+(?:pubblic\w+|di\s+idee)|graduatori\w+|\bvoucher\b
    |\bbonus\b|bors[ae]\s+di\s+\w+|buon[oi]\s+(?:scuola|libri|spesa)|avviso\s+pubblico|scadenz\w+
    |\bscade\b|termin[ei]\s+(?:per|di|band\w+|\d)|entro\s+(?:il|le|e\s+non)
    |domand[ae]\s+(?:entro|di|per|online)|prorog\w+|\bselezion[ei]\b|\bappalt\w+|procedura\s+aperta
    |manifestazion[ei]\s+d[i']\s*\w*interesse|candidatur\w+|\bistanz[ae]\b
    |iscrizion[ei]\s+(?:a\w*|aperte|entro|per)|aperte\s+le\s+iscrizioni|iscrizioni\s+aperte
    |servizio\s+civile|agevolazion\w+|finanziament\w+|\bscrutator\w+|assegnazion\w+|\bacconto\b
    |\bsaldo\b|\brata\b|\bincentiv\w+|\brimbors\w+|\bpremio\b|asta\s+pubblica|alienazion\w+
    |co-?progettazion\w+
"""
_ABOUT_EVENTS = r"""
    concert\w+|\bmostr[ae]\b|spettacol\w*|teatr\w+|\bcinema\b|\bfilm\b|\bsagr[ae]\b|\bfest[ae]\b
    |festegg\w+|festival|\bfier[ae]\b|mercatin\w+|presentazione\s+(?:del\s+)?libro|laborator\w+
    |\bincontr[oi]\b|convegn\w+|lettur[ae]\b|camminat\w+|\bmarcia\b|torne[oi]\b|trofe[oi]\b
    |celebrazion\w+|commemorazion\w+|cerimoni\w+|inaugura\w*|patron[oi]\b|\bnatal\w+|carneval\w+
    |rassegn\w+|visit[ae]\s+guidat\w+|conferenz\w+|assemblea\s+pubblica|\bserat[ae]\b
    |\bgiornata\s+(?:mondiale|nazionale|europea|della|del|ecologica)|pomerigg\w+
    |stagione\s+(?:di|teatrale)|\bevent[oi]\b|manifestazion[ei](?!\s+d[i']\s*\w*interesse)
    |consiglio\s+comunale\s+aperto|\bcorso\s+(?:di|gratuito)|\bvillaggio\b|ricordo\b|liberazione\b
    |xxv\s+aprile|25\s+aprile|2\s+giugno|4\s+novembre|anniversario
"""
_ABOUT_SERVICES = r"""
    \buffic[io]\b|anagraf\w+|cart[ae]\s+d.identit\w+|\bcie\b|sportell\w+|rifiut\w+
    |raccolta\s+differenziata|porta\s+a\s+porta|centro\s+di\s+raccolta|ecocentr\w+|\bmensa\b|refezione
    |bibliotec\w+|cimiter\w+|\bidric\w+|acquedott\w+|erogazione|acqua\s+potabile|energia\s+elettrica
    |\borari[oa]?\b|\bscuol\w+|\bnid[oi]\b|trasporto\s+scolastico|disinfestazion\w+|zanzar\w+
    |derattizzazion\w+|bollett\w+|centralin\w+|elettor\w+|\bvot[oa]\b|referendum|certificat\w+|\bspid\b
    |prenotazion\w+|ambulator\w+|\bfarmaci\w+|\banzian\w+|\bservizi[o]?\b|tesser[ae]\b|\bmunicipio\b
    |\bpiscin\w+|\bverde\b|amianto|affido|interruzion\w+
"""
SUGGESTING = {
    name: re.compile(words, re.IGNORECASE | re.VERBOSE)
    for name, words in (
        ("viabilità e trasporti", _ABOUT_ROADS),
        ("bandi e scadenze", _ABOUT_CALLS),
        ("eventi", _ABOUT_EVENTS),
        ("servizi", _ABOUT_SERVICES),
    )
}
# What looks like an alert is not one: the alerts of the bulletin come from their issuer, as data.
OF_WEATHER = re.compile(
    r"allert[ae]\b(?!\s+giocattol)|maltempo|criticità\s+idro\w+|ondat[ae]\s+di\s+calore|pre-?allarme"
    r"|fase\s+di\s+attenzione"
    r"|bollettino\s+meteo",
    re.IGNORECASE,
)


class Category(StrEnum):
    """What a news item can be."""

    services = "servizi"
    roads = "viabilità e trasporti"
    events = "eventi"
    calls = "bandi e scadenze"
    other = "altro"


@dataclass(frozen=True)
class Categorised:
    """`is_proposed`: guessed from keywords, for the editor to look at."""

    category: Category
    is_proposed: bool = False


_JOINT = re.compile(r"\s*[;|]\s*")
_HEAD = 400  # characters of the text that are looked at
_TITLE_COUNTS = 3


def _listed(words: str) -> dict[str, None]:
    return dict.fromkeys(
        folded(word) for line in words.splitlines() for word in line.split(";") if word.strip()
    )


_SHORT = {
    "eventi": Category.events,
    "servizi": Category.services,
    "bandi": Category.calls,
    "altro": Category.other,
}
_EVENTS = _listed(EVENT_KINDS)
# In this order: a road closed for a fair is a matter of roads, a call for places at the nursery a call.
_BY_RANK = (
    (Category.roads, _listed(ROADS)),
    (Category.calls, _listed(CALLS)),
    (Category.events, _EVENTS),
    (Category.services, _listed(SERVICES)),
)
_HINTS = {
    folded(pair.partition(":")[0]): _SHORT[pair.partition(":")[2].strip()]
    for line in HINTS.splitlines()
    for pair in line.split(";")
    if pair.strip()
}


def categorise(
    title: str,
    text: str,
    *,
    kind: str = "",
    words: Iterable[str] = (),
    is_event: bool = False,
    table: Mapping[str, str] | None = None,
) -> Categorised:
    """The category of a news item.

    Args:
        kind: the site's tipo ("Avviso", "Concerto").
        words: the site's category and argomenti.
        is_event: the site gives it days of its own, as only events have.
        table: the profile's own, from a word of the site (any case) to a category; it goes before all else.
    """
    own = {folded(word): Category(name) for word, name in (table or {}).items()}
    labels = [folded(part) for word in (kind, *words) for part in _JOINT.split(word)]
    for word in labels:
        if word in own:
            return Categorised(own[word])
    if is_event or folded(kind) in _EVENTS:
        return Categorised(Category.events)
    for category, listed in _BY_RANK:
        if any(word in listed for word in labels):
            return Categorised(category)
    suggested = _suggested(title, text) or next((_HINTS[word] for word in labels if word in _HINTS), None)
    return Categorised(suggested or Category.other, is_proposed=True)


def _suggested(title: str, text: str) -> Category | None:
    if OF_WEATHER.search(title) and not SUGGESTING[Category.calls].search(title):
        return Category.other  # but `Contributi per i danni del maltempo` is a call
    points = {
        name: _TITLE_COUNTS * len(pattern.findall(title)) + len(pattern.findall(text[:_HEAD]))
        for name, pattern in SUGGESTING.items()
    }
    best = max(points, key=lambda name: points[name])  # of equal ones the first of the table
    return Category(best) if points[best] else None
