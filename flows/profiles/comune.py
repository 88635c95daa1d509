"""One Comune's profile, as `deployments/profiles/*.toml` holds it: every key, its meaning, its limits."""

from contextlib import suppress
from datetime import date
from functools import cache
from typing import Annotated, Literal, Self

import holidays
import soupsieve
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from flows.bulletin.slots import WEEKDAYS, WeeklySlot, WeeklyTime
from flows.profiles.backup import Backup, kept
from flows.profiles.colleagues import Colleague, folded, slug
from flows.profiles.contacts import Address, Base, Contacts, Names, is_loopback, named_twice
from flows.profiles.file import Strict
from flows.profiles.llm import Llm
from flows.profiles.mail import Mail, Sms
from flows.profiles.privacy import Notice, Privacy
from flows.profiles.shapes import AlertZone, Emma, Id, Istat, OwnSlug, Patron
from flows.profiles.sign_in import SignIn
from flows.profiles.urgent import Urgent
from flows.profiles.watchdog import Watchdog
from flows.profiles.whatsapp import Channel, Prices, WhatsApp


def _weekly(value: object) -> WeeklyTime:
    return WeeklyTime.parse(str(value))


Weekly = Annotated[WeeklyTime, BeforeValidator(_weekly)]


# not "allerta meteo": only what an issuer announces is an alert
NewsCategory = Literal["servizi", "viabilità e trasporti", "eventi", "bandi e scadenze", "altro"]


class ListPage(Strict):
    """A page that lists the news, for a site without a feed."""

    address: Address
    links: str | None = None  # CSS selector of the articles' links, where the site's theme is not recognised

    @field_validator("links")
    @classmethod
    def _selector(cls, links: str | None) -> str | None:
        if links is not None:
            try:
                soupsieve.compile(links)
            except soupsieve.SelectorSyntaxError as exc:
                raise ValueError(f"{links!r} is no CSS selector: {str(exc).splitlines()[0]}") from exc
        return links


class Archive(Strict):
    """The one way into the site's past that backfill takes, instead of trying all that there are."""

    kind: Literal["feed", "rest", "sitemap", "plone", "list"]
    address: Address  # of the feed, sitemap or list page; of the site for rest and plone


class Sources(Strict):
    feeds: list[Address] = Field(default=[])
    listings: list[ListPage] = Field(default=[])
    archive: Archive | None = None
    pause_seconds: float = Field(default=1.0, ge=0, le=600)  # between two requests of backfill to one host
    redirect_hosts: list[str] = Field(default=[])  # other hosts that the site may redirect to
    alerts_page: Address | None = None  # where a citizen reads the alerts: the archive below is for machines
    alerts_dpc: Address = (
        "https://raw.githubusercontent.com/pcm-dpc/DPC-Bollettini-Criticita-Idrogeologica-Idraulica"
        "/master/files/all/latest_all.zip"
    )
    # off until the Comune has the terms of these services confirmed
    alerts_allertalom: Address | None = None  # Regione Lombardia's lista-zone, without its query
    alerts_cap: list[Address] = Field(default=[])  # CAP 1.2 documents
    meteoalarm_area: Emma | None = None
    alerts_meteoalarm: Address | None = None  # JSON of a country: an avviso meteo for the editors' eyes

    @field_validator("feeds", "listings")
    @classmethod
    def _once(cls, sources: list[str] | list[ListPage], info: ValidationInfo) -> list[str] | list[ListPage]:
        addresses = [source.address if isinstance(source, ListPage) else source for source in sources]
        before = info.data.get("feeds", []) if info.field_name == "listings" else []
        if twice := named_twice([*before, *addresses]):
            raise ValueError(f"{twice} is named twice, among feeds and listings")
        return sources

    @field_validator("alerts_meteoalarm")
    @classmethod
    def _of_an_area(cls, address: str | None, info: ValidationInfo) -> str | None:
        if address and not info.data.get("meteoalarm_area"):
            raise ValueError("needs meteoalarm_area beside it: the region's EMMA_ID, like IT003 (Lombardia)")
        return address


def _minutes_before(dispatch: WeeklyTime, when: WeeklyTime) -> int:
    """From the last `when` to `dispatch`, on a clock of one week."""
    apart = (dispatch.weekday - when.weekday) * 1440
    apart += (dispatch.at.hour - when.at.hour) * 60 + dispatch.at.minute - when.at.minute
    return apart % (7 * 1440)


def _as_written(when: WeeklyTime) -> str:
    return f"{WEEKDAYS[when.weekday]} {when.at:%H:%M}"


class SlotTimes(Strict):
    """In the week before a dispatch: compose < refresh <= reminder <= deputy <= deadline < dispatch.

    `dispatch` comes first here, because a validator sees only the fields above its own.
    """

    dispatch: Weekly
    compose: Weekly
    refresh: Weekly
    reminder: Weekly
    deputy: Weekly
    deadline: Weekly

    @field_validator("compose", "refresh", "reminder", "deputy", "deadline")
    @classmethod
    def _in_order(cls, when: WeeklyTime, info: ValidationInfo) -> WeeklyTime:
        names = list(cls.model_fields)
        before = names[names.index(str(info.field_name)) - 1]
        dispatch, earlier = info.data.get("dispatch"), info.data.get(before)
        if dispatch is None:  # wrong itself, and told
            return when
        left = _minutes_before(dispatch, when)
        if left == 0:
            raise ValueError(f"must come before dispatch ({_as_written(dispatch)})")
        if earlier is None or before == "dispatch":
            return when
        room = _minutes_before(dispatch, earlier)
        if left > room or (left == room and before == "compose"):
            raise ValueError(
                f"{_as_written(when)} is not between {before} ({_as_written(earlier)}) "
                f"and dispatch ({_as_written(dispatch)})"
            )
        return when


class Closures(Strict):
    patron: Patron | None = None
    province: str | None = None  # of the `holidays` package, e.g. MI
    closed: list[date] = Field(default=[])
    holiday_slots: Literal["skip", "move"] = "skip"  # move: to the next working day

    @field_validator("province")
    @classmethod
    def _is_a_province(cls, province: str | None) -> str | None:
        if province is not None and province not in holidays.country_holidays("IT").subdivisions:
            raise ValueError(f"{province!r} is not the two letters of a province, like MI")
        return province

    def on(self, first: date, last: date) -> frozenset[date]:
        """Days without a send between two days, both included."""
        days = {*self.closed}
        for year in range(first.year, last.year + 1):
            days |= _public(self.province, year)
            with suppress(ValueError):  # February 29th
                days |= {date.fromisoformat(f"{year}-{self.patron}")}
        return frozenset(day for day in days if first <= day <= last)


@cache
def _public(province: str | None, year: int) -> frozenset[date]:
    """The public holidays: worked out in 3 ms, and asked for at each round of `sorveglia` of each Comune."""
    return frozenset(holidays.country_holidays("IT", subdiv=province, years=year))


class FirstReading(Strict):
    """What may become news when a source is read for the first time: its newest items, none older."""

    days: int = Field(default=7, ge=0, le=366)
    items: int = Field(default=10, ge=0, le=1000)


class Editor(Strict):
    name: str = Field(min_length=1)
    email: str
    on_duty: bool = False
    # what used codes and decisions are kept under; stays when the name changes, never given to another
    id: Id = Field(default_factory=lambda values: slug(values.get("name", "")), validate_default=True)

    @property
    def role(self) -> Literal["editor", "deputy"]:
        """At the Prefect UI both may do the same."""
        return "editor" if self.on_duty else "deputy"

    @property
    def code_variable(self) -> str:
        """The environment variable of this editor's secret."""
        return self._variable("TOTP")

    @property
    def phone_variable(self) -> str:
        """The environment variable of this editor's telephone: a number never stands in a profile."""
        return self._variable("PHONE")

    def _variable(self, kind: str) -> str:
        return f"BOLLETTINO_{kind}_{self.id.upper().replace('-', '_')}"


class Servers(Strict):
    """Where the processes of this installation listen (loopback; a proxy stands before them)."""

    prefect_port: int = Field(default=4200, ge=1, le=65535)
    web_port: int = Field(default=8080, ge=1, le=65535)
    sandbox_port: int = Field(default=8600, ge=1, le=65535)
    public: Base  # of the citizens' pages, as a phone reaches it
    prefect_ui: Base | None = None  # as an editor's browser reaches it; default: the local server


class ElectionPeriod(Strict):
    """Days on which holders of office are not named without need (law 28/2000, article 9)."""

    first: date
    last: date
    names: list[str] = Field(default=[])  # of who holds an office or stands for one


class Profile(Strict):
    """One Comune. Read from TOML; see `deployments/profiles/demo.toml` for each key explained."""

    slug: OwnSlug
    stage: Literal["sandbox", "trial", "production"]
    istat: Istat
    alert_zones: list[AlertZone] = Field(min_length=1)  # of several the highest level counts
    site: Base
    names: Names
    contacts: Contacts
    sources: Sources
    slots: list[SlotTimes]
    closures: Closures = Closures()
    grace_minutes: int = Field(default=60, ge=0, le=1440)
    urgent: Urgent = Urgent()
    news_window_days: int = Field(default=14, ge=1, le=366)
    first_reading: FirstReading = FirstReading()
    news_per_bulletin: int = Field(default=4, ge=1, le=5)
    days_in_words: str  # "il martedì e il venerdì"
    days_until_erasure: int = Field(default=30, ge=1, le=3660)
    editors: list[Editor] = Field(min_length=1)
    colleagues: list[Colleague] = Field(default=[])
    sign_in: SignIn = SignIn()
    approvals: Literal[1, 2] = 1  # how many different editors approve a bulletin
    codes: bool | None = None  # whether an approval needs the editor's one-time code; None: `asks_codes` says
    channel: Channel = Channel()
    whatsapp: WhatsApp
    mail: Mail | None = None  # without it no editor gets an e-mail
    # place -> e-mail address: gets each approved text, to be hung up
    notice_boards: dict[str, str] = Field(default={})
    prices: Prices | None = None  # without them no cost is estimated
    sms: Sms | None = None  # without it no editor gets an SMS
    llm: Llm | None = None  # none is asked, unless it stands here
    servers: Servers
    watchdog: Watchdog = Watchdog()
    notice: Notice
    privacy: Privacy = Privacy()
    backup: Backup | None = None  # without it `backup` has nowhere to put an archive
    # word of the site -> category, before the usual ones
    categories: dict[str, NewsCategory] = Field(default={})
    election_period: ElectionPeriod | None = None
    texts: dict[str, str] = Field(default={})  # name of a reply -> its text, instead of the default

    @field_validator("editors")
    @classmethod
    def _one_on_duty(cls, editors: list[Editor]) -> list[Editor]:
        if not any(editor.on_duty for editor in editors):
            raise ValueError("nobody is on duty: set on_duty = true for one editor at least")
        return editors

    @field_validator("editors")
    @classmethod
    def _editors_differ(cls, editors: list[Editor]) -> list[Editor]:
        for position, editor in enumerate(editors):
            for other in editors[:position]:
                names = folded(editor.name), folded(other.name)
                if names[0] == names[1]:
                    raise ValueError(f"two are called {editor.name!r}: the form could not tell them apart")
                if editor.id == other.id or editor.id == names[1] or other.id == names[0]:
                    raise ValueError(
                        f"{other.name!r} and {editor.name!r} share the id {editor.id!r}: give one an id"
                        if editor.id == other.id
                        else f"the id of one of {other.name!r} and {editor.name!r} is the other's name"
                    )
        return editors

    @field_validator("colleagues")
    @classmethod
    def _colleagues_differ(cls, colleagues: list[Colleague], info: ValidationInfo) -> list[Colleague]:
        known = {word for one in info.data.get("editors", ()) for word in (folded(one.name), one.id)}
        for one in colleagues:
            if known & {folded(one.name), one.id}:
                raise ValueError(f"{one.name!r} has the name or the id of somebody else: give one an id")
            known |= {folded(one.name), one.id}
        return colleagues

    @field_validator("sign_in")
    @classmethod
    def _addresses_differ(cls, sign_in: SignIn, info: ValidationInfo) -> SignIn:
        """Where a person is known by the address alone."""
        people = [*info.data.get("editors", ()), *info.data.get("colleagues", ())]
        addresses = [folded(one.email) for one in people]
        twice = next((one.name for one in people if addresses.count(folded(one.email)) > 1), None)
        if sign_in.oidc and twice:
            raise ValueError(
                f"{twice!r} has the e-mail address of somebody else, and comes in by it: change it"
            )
        return sign_in

    @field_validator("approvals")
    @classmethod
    def _enough_editors(cls, approvals: int, info: ValidationInfo) -> int:
        if len(info.data.get("editors", ())) == 1 and approvals == 2:
            raise ValueError("2 needs two editors at least, and the profile names one")
        return approvals

    @field_validator("sms")
    @classmethod
    def _sms_leave_as_mail(cls, sms: Sms | None, info: ValidationInfo) -> Sms | None:
        if sms is not None and info.data.get("mail", sms) is None:
            raise ValueError("the gateway is reached by e-mail, and there is no [mail]")
        return sms

    @field_validator("channel")
    @classmethod
    def _orders_wait_for_nobody(cls, channel: Channel, info: ValidationInfo) -> Channel:
        urgent = info.data.get("urgent")
        if urgent and urgent.standing_order and channel.alerts != "cloud":
            raise ValueError(
                "alerts wait for a person's hands, and urgent.standing_order is for when there is none"
            )
        return channel

    @field_validator("notice_boards")
    @classmethod
    def _sheets_leave_as_mail(cls, boards: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if boards and info.data.get("mail", boards) is None:
            raise ValueError("sheets leave by e-mail, and there is no [mail]")
        return boards

    @model_validator(mode="after")
    def _slots_differ(self) -> Self:
        times = [slot.dispatch for slot in self.slots]
        wrong = [
            f"slots.{place}.dispatch: {_as_written(when)} is also the dispatch of slots.{times.index(when)}"
            for place, when in enumerate(times)
            if when in times[:place]
        ]
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    @model_validator(mode="after")
    def _stage_fits_addresses(self) -> Self:
        wrong = []
        api, public, notice = self.whatsapp.api, self.servers.public, self.notice.url
        if self.stage == "production":
            if is_loopback(api):
                wrong.append(f"whatsapp.api: a production profile cannot send to {api}")
            for key, address in (("servers.public", public), ("notice.url", notice)):
                if is_loopback(address):
                    wrong.append(f"{key}: no citizen's phone reaches {address}")
        if self.sources.pause_seconds < 1 and not is_loopback(self.site):
            wrong.append("sources.pause_seconds: at least 1 second, a town's server is small")
        if self.stage == "sandbox" and not is_loopback(api):
            wrong.append(f"whatsapp.api: the sandbox sends to loopback only, never to {api}")
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    def editor(self, name: str) -> Editor | None:
        """By the name or id that a person types, whatever capitals and spaces; None for a stranger."""
        wanted = folded(name)
        return next((editor for editor in self.editors if wanted in (folded(editor.name), editor.id)), None)

    @property
    def weekly_slots(self) -> list[WeeklySlot]:
        return [WeeklySlot(**dict(slot)) for slot in self.slots]

    @property
    def asks_codes(self) -> bool:
        """Whether who approves proves it with a one-time code; by default wherever citizens are reached."""
        if self.codes is not None:
            return self.codes
        return self.stage != "sandbox" and not is_loopback(self.whatsapp.api)

    @property
    def prova(self) -> str:
        """What stands before every name and title that is not the real service."""
        return "" if self.stage == "production" else "PROVA · "

    @property
    def notice_words(self) -> dict[str, str]:
        """For the places of the privacy notice."""
        return {**self.privacy.words, "versione": self.notice.version, "copie": kept(self.backup)}
