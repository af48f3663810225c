"""The changing parts of the stories: which laptop, which room, which day. One choice per slot and ticket."""

import re
from calendar import month_name
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from random import Random
from types import MappingProxyType

from codex.demo.cast import EMPLOYEES

_SLOT = re.compile(r"\{([a-z_0-9]+)\}")
_LISTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "device": ("ThinkPad T14", "Latitude 7450", "EliteBook 840", "Surface Laptop", "ThinkPad X1 Carbon"),
        "phone": ("iPhone 14", "iPhone 16", "Pixel 9", "Galaxy S24", "iPhone SE"),
        "app": ("Jira", "SAP", "Miro", "Confluence", "Tableau", "SharePoint"),
        "licensed_app": ("Figma", "Miro", "AutoCAD LT", "DeepL Pro", "Power BI Pro", "Adobe Acrobat", "Lucidchart"),
        "room": ("Curie", "Noether", "Ada", "Tesla", "Meitner", "Hopper", "Kepler", "Linnaeus", "Ørsted"),
        "floor": ("ground", "1st", "2nd", "3rd", "4th"),
        "printer": ("PRN-1-East", "PRN-2-West", "PRN-3-Kitchen", "PRN-4-West", "PRN-0-Reception"),
        "project": ("Larch", "Northwind", "Polar", "Marigold", "Skylark", "Bluebell", "Cedar", "Heron"),
        "customer": ("Halvorsen", "Stadtwerke Kassel", "Groupe Lemaire", "Ortega & Ruiz", "Kyoto Denki", "Brightwater"),
        "supplier": ("Krüger Bürotechnik", "Nordlicht Elektro", "Papier Union", "Sodexa", "Weber & Söhne", "Tekno AB"),
        "new_supplier": ("Atelier Moreau", "Vinča Design", "Łąka Studio", "Bright Signs Ltd", "Fjord Kommunikasjon"),
        "mailbox": ("sales-north", "orders", "events", "quality", "tenders", "service-emea"),
        "department": ("Sales", "Engineering", "Customer Care", "Marketing", "Production"),
        "new_name": ("Lukas Schäfer", "Ana Ribeiro", "Ivana Horvat", "Tariq Mahmood", "Freja Nielsen", "Chloé Martin",
                     "Yusuf Öztürk", "Marek Król"),
        "leaver": ("Jan Peters", "Sofia Marino", "Declan Walsh", "Agnieszka Lis", "Théo Garnier"),
        "abroad": ("Portugal", "Japan", "Norway", "Greece", "Canada", "Morocco", "South Korea", "Croatia"),
        "city": ("Lisbon", "Stockholm", "London", "Hamburg", "Vienna", "Rotterdam", "Zürich", "Toronto"),
        "topic": ("negotiation", "project management", "technical writing", "SQL for analysts", "conflict resolution"),
        "time": ("9:30", "10:00", "11:15", "13:00", "14:30", "15:00", "16:15"),
    }
)  # fmt: skip
_NUMBERS: Mapping[str, tuple[str, int, int]] = MappingProxyType(
    {
        "n": ("{}", 2, 9),
        "tag": ("LT-{:04}", 120, 1450),
        "desk": ("3.{:03}", 101, 188),
        "badge": ("{}", 20110, 21990),
        "cost_centre": ("{}", 4100, 4890),
        "invoice": ("RE-{}", 20814, 98771),
        "po": ("PO-{}", 45012, 45988),
        "case_number": ("#{}", 1104882, 9917734),
        "phone_number": ("0170 555 {:04}", 1000, 9999),
    }
)
_AMOUNTS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"amount": (900, 14_800), "small_amount": (120, 790), "tiny_amount": (9, 48)}
)


class Slots:
    """What one ticket's slots are filled with; `names` gives the people of the story."""

    def __init__(self, rng: Random, at: datetime, names: Mapping[str, str]) -> None:
        """`at`: when the ticket is opened; days are counted from it."""
        self._rng, self._at = rng, at
        self._filled = dict(names)

    def fill(self, text: str) -> str:
        """The text with everything in it. Raises KeyError for a slot that does not exist."""
        return _SLOT.sub(lambda slot: self.value(slot[1]), text)

    def value(self, name: str) -> str:
        """What a slot is filled with. Raises KeyError for one that does not exist."""
        if name not in self._filled:
            self._filled[name] = self._choose(name)
        return self._filled[name]

    def day(self, name: str) -> date:
        """The day that a slot of a written date is filled with."""
        _, day, month = self.value(name).split()
        number = list(month_name).index(month)
        return date(self._at.year + (number < self._at.month), number, int(day))

    def _choose(self, name: str) -> str:
        if name in _LISTS:
            return self._rng.choice(_LISTS[name])
        if name in _NUMBERS:
            form, least, most = _NUMBERS[name]
            return form.format(self._rng.randint(least, most))
        if name in _AMOUNTS:
            least, most = _AMOUNTS[name]
            return f"{self._rng.randint(least, most):,}.{self._rng.choice(('00', '00', '50', '90', '35'))}"
        if name == "project_slug":
            return self.value("project").lower()
        if name == "person":
            taken = set(self._filled.values())
            return self._rng.choice([m.name for m in EMPLOYEES if not taken & {m.name, m.first_name}])
        return _DAYS[name](self._at, self._rng)


def _workday(at: datetime, days: int) -> datetime:
    """So many days away, and if that is a weekend, the Friday before or the Monday after."""
    day = at + timedelta(days=days)
    while day.weekday() >= 5:
        day += timedelta(days=1 if days > 0 else -1)
    return day


def _written(day: datetime) -> str:
    return f"{day:%A} {day.day} {day:%B}"


_DAYS: Mapping[str, Callable[[datetime, Random], str]] = MappingProxyType(
    {
        "weekday": lambda at, rng: f"{_workday(at, -rng.randint(1, 5)):%A}",
        "weekday_next": lambda at, rng: f"{_workday(at, rng.randint(3, 6)):%A}",
        "soon": lambda at, rng: f"{_workday(at, rng.randint(3, 6)):%A}",
        "date_soon": lambda at, rng: _written(_workday(at, rng.randint(4, 9))),
        "date_later": lambda at, rng: _written(_workday(at, rng.randint(25, 60))),
        "last_month": lambda at, rng: f"{at.replace(day=1) - timedelta(days=1):%B}",
    }
)
