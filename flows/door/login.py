"""The pages where a person signs in, enrols and signs out, and the cookie that says who they are.

They work without JavaScript, ask no other site, and stand in nobody's frame. What is posted here must come
from a page of the server's own (`Origin`), and the cookie goes along with nothing that another site begins.
"""

import ipaddress
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows.door import entry, proof, response_headers
from flows.door.asgi import HTML, Headers, Receive, Scope, Send, answer, body_of, only, refuse
from flows.door.cookie import Cookie
from flows.door.people import (
    STARTED,
    Accounts,
    Arrival,
    Asked,
    Departure,
    Enrolled,
    Key,
    Person,
    Refused,
    digest,
)
from flows.door.request_bodies import RejectedRequest

PATH = "/accesso"
INVITATION = f"{PATH}/invito/"
HOME = "/redazione"
LONGEST, MOST_FIELDS = 10_000, 20  # bytes and fields of a form
NO_ACCOUNTS = "Qui si entra con la password della redazione."
NOT_FROM_HERE = "La richiesta non viene da questa pagina: aprila e riprova."
NOT_SHARED = "La password che la redazione aveva in comune non vale più: ognuno entra con il proprio nome, da"
SIGN_IN = "Non hai effettuato l'accesso, o è scaduto: entra di nuovo."
VOID = (
    "Questo invito non vale più: è già stato usato, oppure è scaduto. Chiedine un altro a chi gestisce il "
    "servizio."
)
PROVED = {
    "code": "con password e codice",
    "recovery": "con password e codice di riserva",
    "link": "con il collegamento di prova",
    "oidc": "con l'account del Comune",
    "oidc_mfa": "con l'account del Comune e un secondo fattore",
}
DIFFERENT = "Le due password non sono uguali: scrivile di nuovo."

_HERE = Path(__file__).parent
FILES = {
    f"{PATH}/{name}": (kind, (_HERE / "static" / name).read_bytes())
    for name, kind in (
        ("accesso.css", b"text/css; charset=utf-8"),
        ("accesso.js", b"text/javascript; charset=utf-8"),
        ("fuori.js", b"text/javascript; charset=utf-8"),
    )
}
_templates = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Request:
    """What the server is about to be asked."""

    use: str
    subject: str
    body: dict[str, Any]
    at: datetime
    key: str = ""  # that stands with what it leads to; "": a new one


class Login:
    """`name`: of the installation, for its cookies. `home`: scheme://host[:port], as browsers find it."""

    def __init__(
        self,
        accounts: Accounts,
        name: str,
        *,
        is_tls: bool,
        home: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.accounts, self.headers = accounts, response_headers.headers(is_tls=is_tls, is_form=True)
        self._clock = clock
        self._home, self._cookie = home, Cookie(name, is_tls=is_tls)
        self._journey = Cookie(f"{name}-andata", is_tls=is_tls, same_site="Lax")

    def token(self, scope: Scope) -> str:
        """What the browser keeps; "" where it keeps nothing, or two things."""
        return self._cookie.value(scope)

    async def person(self, scope: Scope) -> Person | None:
        return await self.accounts.who(self.token(scope))

    async def note(self, scope: Scope, person: Person, request: Request) -> str:
        """Store who asks before the server is asked; the key that it is found by."""
        key = request.key or STARTED + secrets.token_hex(16)
        digested, address = digest(request.body), address_of(scope)
        await self.accounts.note(
            Asked(key, person, request.use, request.subject, digested, request.at, address)
        )
        return key

    async def ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of a path under `PATH`."""
        path, method = scope["path"], scope["method"]
        if file := FILES.get(path):
            await answer(send, 200, *file)
        elif (method, path) == ("GET", entry.AWAY):
            await self._depart(scope, send)
        elif (method, path) == ("GET", entry.BACK):
            await self._arrive(scope, send)
        elif method in ("GET", "HEAD"):
            await self._show(scope, send)
        elif method != "POST" or not any(name == b"origin" for name, _ in scope["headers"]):
            await refuse(send, 403, NOT_FROM_HERE)  # of another site's page the door has refused it already
        else:
            try:
                form = _form(await body_of(receive))
            except RejectedRequest as exc:
                await refuse(send, exc.status, str(exc))
                return
            if path == PATH:
                await self._sign_in(scope, form, send)
            elif path == f"{PATH}/esci":
                await self.accounts.sign_out(self.token(scope), everywhere=form.get("ovunque") == "si")
                await self._go(send, PATH, self._cookie.forgotten())
            elif path.startswith(INVITATION):
                await self._enrol(scope, form, send)
            elif path == entry.PROVE:
                await self._prove(scope, form, send)
            elif path == f"{PATH}/gettone":
                await self._let_in(scope, form, send)
            else:
                await refuse(send, 404, "Qui non c'è niente.")

    async def _show(self, scope: Scope, send: Send) -> None:
        path, person = scope["path"], await self.person(scope)
        if path == f"{PATH}/io":
            if person is None:
                await refuse(send, 401, SIGN_IN)
            else:
                await answer(send, 200, b"text/plain; charset=utf-8", person.name.encode())
        elif path.startswith(INVITATION):
            await self._show_invitation(send, path.removeprefix(INVITATION))
        elif path == entry.PROVE:
            await self._show_proof(send, person, _asked(scope))
        elif path != PATH:
            await refuse(send, 404, "Qui non c'è niente.")
        elif person is not None:
            await self._page(send, 200, "dentro", person=person, proved=PROVED.get(person.proof, ""))
        elif not await self.accounts.are_used() and not await self.accounts.provider():
            await self._go(send, HOME)
        else:
            await self._show_ways_in(send, 200, then=within(_asked(scope)))

    async def _show_ways_in(
        self,
        send: Send,
        status: int,
        said: str = "",
        *,
        then: str,
        name: str = "",
        more: Headers | None = None,
    ) -> None:
        values = {"provider": await self.accounts.provider(), "are_used": await self.accounts.are_used()}
        await self._page(send, status, "entra", more=more, then=then, said=said, name=name, **values)

    async def _depart(self, scope: Scope, send: Send) -> None:
        """To the provider, from the address to which it sends browsers back: the cookie is kept there."""
        then, host = within(_asked(scope)), only(scope["headers"], b"host") or ""
        is_there = host.lower() == urlsplit(self._home).netloc or b"qui=1" in scope["query_string"]
        is_again = b"di_nuovo=1" in scope["query_string"]
        if self._home and not is_there:
            query = {"poi": then, "qui": 1} | ({"di_nuovo": 1} if is_again else {})
            await self._go(send, f"{self._home}{entry.AWAY}?{urlencode(query)}")
            return
        found = await self.accounts.depart(then, is_again=is_again)
        person = await self.person(scope) if is_again else None
        if isinstance(found, Refused) and person is not None:  # who stays signed in
            await self._show_proof(send, person, proof.then_of(then), _status_of(found), found.sentence)
        else:
            await self._answer_traveller(send, found, then)

    async def _arrive(self, scope: Scope, send: Send) -> None:
        query, kept = scope["query_string"].decode("latin-1"), self._journey.value(scope)
        found = await self.accounts.arrive(kept, query, address_of(scope))
        await self._answer_traveller(send, found, HOME)

    async def _answer_traveller(self, send: Send, found: Arrival | Departure | Refused, then: str) -> None:
        """What another site began does not bring the cookie along: so it is a page of ours that goes on."""
        if isinstance(found, Departure):
            await self._go(send, found.address, self._journey.kept(found.kept, found.seconds))
            return
        more = [self._journey.forgotten()]
        if isinstance(found, Arrival):
            more = [*more, self._kept(found.key)]
            await self._page(send, 200, "entrato", more=more, then=within(found.then))
        else:
            await self._show_ways_in(send, _status_of(found), found.sentence, then=then, more=more)

    async def _sign_in(self, scope: Scope, form: dict[str, str], send: Send) -> None:
        name, then = form.get("nome", ""), within(form.get("poi", ""))
        if not await self.accounts.are_used():
            await refuse(send, 403, NO_ACCOUNTS)
            return
        found = await self.accounts.sign_in(
            name, form.get("password", ""), form.get("codice", ""), address_of(scope)
        )
        if isinstance(found, Key):
            await self._go(send, then, self._kept(found))
        else:
            status = 429 if found.is_for_now else 401
            await self._show_ways_in(send, status, found.sentence, then=then, name=name[:100])

    async def _show_proof(
        self, send: Send, person: Person | None, then: str, status: int = 200, said: str = ""
    ) -> None:
        """`then`: the page to go on to afterwards, as it was asked for; a stranger has to sign in first."""
        then = then if within(then) == then and not _is_proof(then) else ""
        if person is None:
            await self._go(send, f"{PATH}?{urlencode({'poi': proof.address(then)})}")
            return
        provider = await self.accounts.provider()
        await self._page(send, status, "codice", **proof.values(person, provider, then, self._clock(), said))

    async def _prove(self, scope: Scope, form: dict[str, str], send: Send) -> None:
        then = form.get("poi", "")
        found = await self.accounts.prove(self.token(scope), form.get("codice", ""))
        if isinstance(found, Refused):
            status = 429 if found.is_for_now else 401
            await self._show_proof(send, await self.person(scope), then, status, found.sentence)
        elif found is None:
            await self._show_proof(send, None, then)
        else:  # by an address of its own: who loads the page again does not send the code again
            await self._go(send, proof.address(then if within(then) == then else ""))

    async def _let_in(self, scope: Scope, form: dict[str, str], send: Send) -> None:
        """Of a link that is good once; its page goes on by itself."""
        key = await self.accounts.sign_in_by_link(form.get("gettone", ""), address_of(scope))
        if key is None:
            await refuse(send, 401, SIGN_IN)
        else:
            await answer(send, 204, HTML, b"", [self._kept(key)])

    async def _show_invitation(self, send: Send, token: str, status: int = 200, said: str = "") -> None:
        invitation = await self.accounts.invited(token)
        if invitation is None:
            await self._page(send, 404, "avviso", said=VOID)
            return
        picture = f"data:image/svg+xml,{quote(invitation.picture)}"
        await self._page(
            send, status, "invito", invitation=invitation, picture=picture, said=said, token=token
        )

    async def _enrol(self, scope: Scope, form: dict[str, str], send: Send) -> None:
        token = scope["path"].removeprefix(INVITATION)
        password = form.get("password", "")
        enrolled: Enrolled | Refused = Refused(DIFFERENT)
        if password == form.get("ancora", ""):
            enrolled = await self.accounts.enrol(token, password, form.get("codice", ""), address_of(scope))
        if isinstance(enrolled, Refused):
            await self._show_invitation(send, token, 400, enrolled.sentence)
        else:
            more = [self._kept(enrolled.key)]
            await self._page(send, 200, "riserva", more=more, codes=enrolled.recovery_codes, home=HOME)

    async def _page(
        self, send: Send, status: int, template: str, *, more: Headers | None = None, **values: object
    ) -> None:
        html = _templates.get_template(f"{template}.html").render(values)
        await answer(send, status, HTML, html.encode(), more or [])

    async def _go(self, send: Send, path: str, *more: tuple[bytes, bytes]) -> None:
        await answer(send, 303, HTML, b"", [(b"location", path.encode("latin-1")), *more])

    def _kept(self, key: Key) -> tuple[bytes, bytes]:
        return self._cookie.kept(key.token, key.seconds)


def to(scope: Scope) -> str:
    """The address where one signs in who asked for this."""
    query = scope["query_string"].decode("latin-1")
    asked = quote(scope["path"], safe="/") + (f"?{query}" if query else "")
    return f"{PATH}?{urlencode({'poi': asked})}"


def _status_of(refused: Refused) -> int:
    """Of a way through the provider: later it may open, or nothing would change."""
    return 503 if refused.is_for_now else 403


def _asked(scope: Scope) -> str:
    """The page that a query asks to go on to."""
    query: str = scope["query_string"].decode("latin-1")
    return parse_qs(query).get("poi", [""])[0]


def within(asked: str) -> str:
    """A path of this server to go on to; the editors' page for anything else."""
    is_ours = re.fullmatch(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,1000}", asked)
    is_shown = _is_proof(asked) or not re.match(rf"({PATH}|/api)(/|\?|$)", asked)
    return asked if is_ours and is_shown else HOME


def _is_proof(asked: str) -> bool:
    return asked.partition("?")[0] == entry.PROVE


def address_of(scope: Scope) -> str:
    """From where, as far as one who moves about in their own network can change it: of IPv6 the /64."""
    host = (scope.get("client") or ("",))[0]
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def _form(raw: bytes) -> dict[str, str]:
    if len(raw) > LONGEST:
        raise RejectedRequest("La richiesta è troppo lunga.")
    try:
        values = parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as exc:
        raise RejectedRequest("La richiesta non è leggibile.", 400) from exc
    return {name: given[0] for name, given in values.items()}
