"""One text of SQL for both roads: plain SQL has psycopg's `%(name)s`, SQLAlchemy's text has `:name`."""

import re

from sqlalchemy import text
from sqlalchemy.sql.elements import TextClause

_PARAMETER = re.compile(r"%\((\w+)\)s")


def clause(sql: str, params: dict[str, object]) -> TextClause:
    """A piece of plain SQL as a SQLAlchemy clause, with the parameters that it names bound."""
    named = text(_PARAMETER.sub(r":\1", sql))
    wanted = set(_PARAMETER.findall(sql))
    return named.bindparams(**{name: value for name, value in params.items() if name in wanted})
