"""Who is in the demonstration. The names are invented; nobody is meant."""

from __future__ import annotations

from dataclasses import dataclass

from customers.models import DeskRole, MemberRole, SupportState

MAIL_DOMAIN = "trusst.example"


@dataclass(frozen=True)
class Person:
    """Someone of the demonstration; the address is made of the first name and a domain."""

    name: str
    role: str

    def email(self, domain: str) -> str:
        return f"{self.name.split()[0].lower()}@{domain}"


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """A customer of the demonstration."""

    name: str
    slug: str
    key: str
    timezone: str
    region: str
    people: tuple[Person, ...]
    services: tuple[str, ...]
    accounts: tuple[tuple[str, str, str, str], ...]
    has_agreement: bool = True
    files_to_desk: bool = False

    @property
    def domain(self) -> str:
        return f"{self.slug}.example"


DESK: tuple[Person, ...] = (
    Person("Priya Nair", DeskRole.ENGINEER),
    Person("Tom Okafor", DeskRole.ENGINEER),
    Person("Mei Tanaka", DeskRole.LEAD),
    Person("Ruth Okoye", DeskRole.MANAGER),
    Person("Sam Field", DeskRole.ADMIN),
)

_MET, _NOT_MET, _UNKNOWN = SupportState.MET, SupportState.NOT_MET, SupportState.UNKNOWN


def _people(requester: str, coordinator: str, lead: str) -> tuple[Person, ...]:
    return (
        Person(requester, MemberRole.REQUESTER),
        Person(coordinator, MemberRole.COORDINATOR),
        Person(lead, MemberRole.LEAD),
    )


ORGANISATIONS: tuple[Organisation, ...] = (
    Organisation(
        name="Acme Freight",
        slug="acme",
        key="ACME",
        timezone="Australia/Sydney",
        region="NSW",
        people=_people("Aisha Rahman", "Ben Castillo", "Joel Martin"),
        services=("Orders API", "Dispatch app", "Depot network"),
        accounts=(
            ("acme-prod", "441709325518", "Business Support+", _MET),
            ("acme-dev", "773011840096", "Business", _MET),
        ),
    ),
    Organisation(
        name="Banksia Health",
        slug="banksia",
        key="BANK",
        timezone="Australia/Melbourne",
        region="VIC",
        people=_people("Dana Whitlock", "Imran Sheikh", "Grace Liu"),
        services=("Imaging archive", "Patient portal", "Lab interface"),
        accounts=(("banksia-clinical", "290114558837", "Enterprise", _MET),),
    ),
    Organisation(
        name="Corella Energy",
        slug="corella",
        key="CORE",
        timezone="Australia/Brisbane",
        region="QLD",
        people=_people("Owen Reilly", "Tess Novak", "Hugo Brandt"),
        services=("Metering", "Billing run", "Outage map"),
        accounts=(("corella-ops", "518820091734", "Business Support+", _MET),),
    ),
    Organisation(
        name="Tidewater Credit Union",
        slug="tidewater",
        key="TIDE",
        timezone="Australia/Perth",
        region="WA",
        people=_people("Nadia Voss", "Leo Park", "Carla Mendes"),
        services=("Internet banking", "Card gateway"),
        accounts=(("tidewater-core", "660233917485", "Enterprise", _MET),),
        files_to_desk=True,
    ),
    Organisation(
        name="Wattle Retail",
        slug="wattle",
        key="WATT",
        timezone="Australia/Adelaide",
        region="SA",
        people=_people("Finn Doyle", "Yuki Arai", "Paula Stern"),
        services=("Web shop", "Stock system"),
        accounts=(
            ("wattle-shop", "107745520683", "Basic", _NOT_MET),
            ("wattle-data", "893370014526", "", _UNKNOWN),
        ),
    ),
    Organisation(
        name="Jacaranda Insurance",
        slug="jacaranda",
        key="JACA",
        timezone="Australia/Sydney",
        region="NSW",
        people=_people("Mila Horvat", "Ravi Menon", "Erin Castle"),
        services=("Claims intake", "Broker portal"),
        accounts=(("jacaranda-main", "334158827906", "Business Support+", _MET),),
        has_agreement=False,
    ),
)
