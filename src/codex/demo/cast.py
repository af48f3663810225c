"""Who works at Acme: the eight of the cast, whom everybody meets, and those who make the house full."""

from dataclasses import dataclass

from codex.kernel.actor import TeamRole, UserRole

_EMPLOYEE, _AGENT, _LEAD, _TEAM_ADMIN = UserRole.EMPLOYEE, UserRole.AGENT, UserRole.LEAD, UserRole.TEAM_ADMIN


@dataclass(frozen=True, slots=True)
class Office:
    """Where people work, and by which clock."""

    city: str
    time_zone: str


BERLIN = Office("Berlin", "Europe/Berlin")
STOCKHOLM = Office("Stockholm", "Europe/Stockholm")
LISBON = Office("Lisbon", "Europe/Lisbon")
LONDON = Office("London", "Europe/London")
TORONTO = Office("Toronto", "America/Toronto")
OSAKA = Office("Osaka", "Asia/Tokyo")


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the demo. `team` is a slug; `about` says in a few words who somebody of the cast is."""

    name: str
    email: str
    role: UserRole
    department: str
    office: Office
    team: str | None = None
    team_role: TeamRole | None = None
    about: str = ""
    called: str = ""

    @property
    def location(self) -> str:
        """The city."""
        return self.office.city

    @property
    def time_zone(self) -> str:
        """The IANA time zone."""
        return self.office.time_zone

    @property
    def key(self) -> str:
        """What stories call them: the part of the address before the @."""
        return self.email.partition("@")[0]

    @property
    def first_name(self) -> str:
        """How colleagues address them."""
        return self.called or self.name.split()[0]


def _member(
    name: str,
    key: str,
    department: str,
    office: Office = BERLIN,
    *,
    role: UserRole = _EMPLOYEE,
    team: str | None = None,
    about: str = "",
    called: str = "",
) -> Member:
    in_team = {_AGENT: TeamRole.AGENT, _LEAD: TeamRole.LEAD, _TEAM_ADMIN: TeamRole.ADMIN}
    team_role = in_team[role] if team else None
    return Member(name, f"{key}@acme.example", role, department, office, team, team_role, about, called)


CAST: tuple[Member, ...] = (
    _member("Rosa Diaz", "rosa", "Sales", about="requester"),
    _member("Amir Haddad", "amir", "IT", role=_AGENT, team="it", about="agent in IT Support"),
    _member("Lena Brandt", "lena", "IT", role=_LEAD, team="it", about="lead of IT Support"),
    _member("Tara Lindqvist", "tara", "IT", STOCKHOLM, role=_TEAM_ADMIN, team="it", about="admin of IT Support"),
    _member("Hana Sato", "hana", "People", role=_AGENT, team="hr", about="agent in HR (confidential)"),
    _member("Farid Karimi", "farid", "Facilities", role=_AGENT, team="facilities", about="agent in Facilities"),
    _member("Otto Weiss", "otto", "Marketing", about="requester, sees only his own"),
    _member("Ona Okafor", "ona", "Management", LONDON, role=UserRole.OWNER, about="owner of the desk"),
)

STAFF: tuple[Member, ...] = (
    _member("Jonas Keller", "jonas", "IT", role=_AGENT, team="it"),
    _member("Priya Nair", "priya", "IT", LONDON, role=_AGENT, team="it"),
    _member("Tomasz Zieliński", "tomasz", "IT", role=_AGENT, team="it"),
    _member("Noor de Vries", "noor", "People", role=_LEAD, team="hr"),
    _member("Beatriz Costa", "beatriz", "People", LISBON, role=_AGENT, team="hr"),
    _member("Ingrid Solheim", "ingrid", "People", STOCKHOLM, role=_TEAM_ADMIN, team="hr"),
    _member("Grace Mensah", "grace", "Facilities", role=_LEAD, team="facilities"),
    _member("Luís Ferreira", "luis", "Facilities", role=_AGENT, team="facilities"),
    _member("Sven Åkesson", "sven", "Facilities", role=_AGENT, team="facilities"),
    _member("Claire Dubois", "claire", "Finance", role=_LEAD, team="finance"),
    _member("Wen Zhang", "wen", "Finance", role=_AGENT, team="finance"),
    _member("Oluwaseun Adeyemi", "seun", "Finance", LONDON, role=_AGENT, team="finance", called="Seun"),
    _member("Marta Nowak", "marta", "Finance", role=_AGENT, team="finance"),
    _member("Henrik Dahl", "henrik", "Finance", STOCKHOLM, role=_TEAM_ADMIN, team="finance"),
)

EMPLOYEES: tuple[Member, ...] = (
    _member("Ida Bergström", "ida.bergstroem", "Sales", STOCKHOLM),
    _member("Omar Farouk", "omar.farouk", "Sales"),
    _member("Ken Ishikawa", "ken.ishikawa", "Sales"),
    _member("Léa Fontaine", "lea.fontaine", "Sales"),
    _member("Sam Whitfield", "sam.whitfield", "Sales", LONDON),
    _member("Diego Álvarez", "diego.alvarez", "Sales"),
    _member("Siobhán Byrne", "siobhan.byrne", "Sales"),
    _member("Björn Ängström-Müller", "bjoern.aengstroem-mueller", "Sales"),
    _member("小林 結衣", "yui.kobayashi", "Sales", OSAKA, called="Yui"),
    _member("Aylin Yılmaz", "aylin.yilmaz", "Sales"),
    _member("Wiebke Janssen", "wiebke.janssen", "Sales"),
    _member("田中 健太", "kenta.tanaka", "Customer Care", OSAKA, called="Kenta"),
    _member("Margaret Chen", "margaret.chen", "Customer Care", TORONTO),
    _member("Étienne Gagnon", "etienne.gagnon", "Customer Care", TORONTO),
    _member("Zanele Dlamini", "zanele.dlamini", "Customer Care", LONDON),
    _member("Rui Tavares", "rui.tavares", "Customer Care", LISBON),
    _member("Jürgen Böhm", "juergen.boehm", "Production"),
    _member("Ewa Wójcik", "ewa.wojcik", "Production"),
    _member("Mehmet Şahin", "mehmet.sahin", "Production"),
    _member("Fatima El Amrani", "fatima.elamrani", "Production"),
    _member("Nils Holmgren", "nils.holmgren", "Production", STOCKHOLM),
    _member("Chidi Eze", "chidi.eze", "Engineering", LONDON),
    _member("王 芳", "fang.wang", "Engineering", called="Fang"),
    _member("Anjali Rao", "anjali.rao", "Engineering", LONDON),
    _member("Mikkel Sørensen", "mikkel.soerensen", "Engineering", STOCKHOLM),
    _member("Olena Kovalenko", "olena.kovalenko", "Engineering"),
    _member("Pavel Dvořák", "pavel.dvorak", "Engineering"),
    _member("김민준", "minjun.kim", "Engineering", TORONTO, called="Minjun"),
    _member("Greta Hofmann", "greta.hofmann", "Marketing"),
    _member("Bruno Almeida", "bruno.almeida", "Marketing", LISBON),
    _member("Thandiwe Nkosi", "thandiwe.nkosi", "Marketing", LONDON),
    _member("Elif Demir", "elif.demir", "Marketing"),
    _member("Alexandra Papadopoulou", "alexandra.papadopoulou", "Legal"),
    _member("Hugh O’Connell", "hugh.oconnell", "Legal", LONDON),
    _member("Katarína Novotná", "katarina.novotna", "Purchasing"),
    _member("Dieter Lorenz", "dieter.lorenz", "Purchasing"),
)

EVERYBODY: tuple[Member, ...] = (*CAST, *STAFF, *EMPLOYEES)
