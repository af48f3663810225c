"""One text of SQL for both roads: plain SQL has psycopg's `%(name)s`, SQLAlchemy's text has `:name`."""

import re

from sqlalchemy import text
from sqlalchemy.sql.elements import TextClause

_PARAMETER = re.compile(r"%\((\w+)\)s")


def clause(sql: str) -> TextClause:
    """A piece of plain SQL as a SQLAlchemy clause; its parameters are given when it is executed."""
    return text(_PARAMETER.sub(r":\1", sql))
