import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codex.imports.incident_names import (
    UNKNOWN_CALLER,
    UNKNOWN_UPDATER,
    UNNAMED_GROUP,
    CategoryKey,
    Group,
    Person,
    group,
    person,
)

_words = st.text(min_size=1, max_size=20) | st.from_regex(
    r"(Caller|Opened by|Resolver|Updated by|Group|Category) 0?[0-9]{1,3}", fullmatch=True
)


@pytest.mark.parametrize(
    ("key", "email", "name"),
    [
        ("Caller 2403", "caller-2403@incidents.example", "Caller 2403"),
        ("Opened by 8", "opener-8@incidents.example", "Opener 8"),
        ("Resolver 17", "resolver-17@incidents.example", "Resolver 17"),
        ("Updated by 21", "updater-21@incidents.example", "Updater 21"),
        (UNKNOWN_CALLER, "caller-unknown@incidents.example", "Caller unknown"),
        (UNKNOWN_UPDATER, "updater-unknown@incidents.example", "Updater unknown"),
    ],
)
def test_a_person_is_called_by_role_and_number(key, email, name):
    assert person(key) == Person(email, name)


def test_a_group_gives_slug_name_and_prefix():
    assert group("Group 56") == Group("group-56", "Group 56", "G56")


def test_the_group_whose_name_is_lost_is_a_team_too():
    assert group(UNNAMED_GROUP) == Group("group-unnamed", "Unnamed group", "G0")


def test_a_subcategory_hangs_below_its_category():
    key = CategoryKey("Category 55", "Subcategory 170")
    assert (key.slug, key.name) == ("category-55-subcategory-170", "Subcategory 170")
    assert key.parent == CategoryKey("Category 55")


def test_a_category_alone_is_a_root():
    key = CategoryKey("Category 55")
    assert (key.slug, key.name, key.parent) == ("category-55", "Category 55", None)


def test_another_logs_names_stay_readable():
    assert re.fullmatch(r"zoe-grun-[0-9a-f]{8}@incidents\.example", person("Zoë Grün").email)
    assert re.fullmatch(r"service-desk-[0-9a-f]{8}", group("Service Desk").slug)


@settings(deadline=None)
@given(keys=st.lists(_words, min_size=2, max_size=2, unique=True))
def test_two_keys_never_share_an_address_a_slug_or_a_prefix(keys):
    one, other = keys
    assert person(one).email != person(other).email
    assert group(one).slug != group(other).slug
    assert group(one).prefix != group(other).prefix
    assert CategoryKey(one).slug != CategoryKey(other).slug


@settings(deadline=None)
@given(key=_words, sub=st.none() | _words)
def test_every_name_is_one_that_the_tables_take(key, sub):
    slug, prefix = r"[a-z0-9]+(-[a-z0-9]+)*", r"[A-Z][A-Z0-9]{0,9}"
    assert re.fullmatch(rf"{slug}@incidents\.example", person(key).email)
    assert re.fullmatch(slug, group(key).slug)
    assert re.fullmatch(prefix, group(key).prefix)
    assert re.fullmatch(slug, CategoryKey(key, sub).slug)
