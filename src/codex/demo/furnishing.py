"""What the desk comes to have before its tickets: a finer tree, custom fields, tags, texts, views, and rules."""

from datetime import datetime, timedelta

from sqlalchemy import select

from codex.classification import categories, fields
from codex.classification.categories import CategoryChanges
from codex.classification.fields import FieldChanges
from codex.classification.models import CustomField, RequiredWhen
from codex.db.work import Step, Work
from codex.demo.desk import FINER, FORMER, GETS, MOVED, TAGS, CategoryPlan
from codex.demo.foundations import House, put_category
from codex.demo.prepared import TEXTS, Text, View, views
from codex.demo.questions import QUESTIONS, Question
from codex.demo.routes import ROUTES, Route
from codex.desk import canned_responses, saved_views
from codex.desk.view_filters import SavedFilters
from codex.kernel.actor import Actor
from codex.routing import rules
from codex.routing.models import RoutingRule
from codex.routing.rules import NewRoutingRule
from codex.tickets import tags
from codex.tickets.hanging_models import Tag

_OWNER = "ona@acme.example"


async def furnish(work: Work, house: House, *, at: datetime) -> None:
    """Make what is missing from the instant `at` on, each by who would; what is there already is taken as it is."""
    async with work.step(house.actors[_OWNER], now=at) as step:
        for slug, team in GETS.items():
            await _give(step, house, slug, team)
        for plan in (*FINER, *FORMER):
            await _refine(step, house, plan)
        for slug, under in MOVED.items():
            above = house.categories[under].id
            await categories.change(step, house.categories[slug], CategoryChanges(parent_id=above))
        for place, question in enumerate(QUESTIONS):
            house.fields[question.name] = await _ask(step, house, question, place)
    async with work.step(house.actors[_OWNER], now=at + timedelta(days=200)) as step:
        await categories.change(step, house.categories[FORMER[0].slug], CategoryChanges(is_active=False))
    async with work.step(house.actors[_OWNER], now=at + timedelta(days=210)) as step:
        for team, names in TAGS.items():
            for name in names:
                await _offer(step, house, name, team)
    prepared: tuple[Text | View, ...] = (*TEXTS, *views(house))
    for number, kept in enumerate(prepared):
        async with work.step(_keeper(house, kept), now=at + timedelta(days=220, hours=number)) as step:
            await _keep(step, house, kept)


async def route(work: Work, house: House, *, at: datetime) -> None:
    """Write down where new requests go, one after the other from the instant `at` on."""
    for number, plan in enumerate(ROUTES):
        async with work.step(house.actors[_OWNER], now=at + timedelta(days=number)) as step:
            await _write_down(step, house, plan)


async def retire_options(work: Work, house: House, *, at: datetime) -> None:
    """Let options go that other ones replace: answers that have them keep them."""
    for question in QUESTIONS:
        if question.retired:
            async with work.step(house.actors[_OWNER], now=at) as step:
                stay = [option for option in question.options or () if option not in question.retired]
                field = house.fields[question.name]
                await fields.change(step, field, FieldChanges(options=stay), answered=True, chosen=[*question.retired])


async def _give(step: Step, house: House, slug: str, team: str) -> None:
    category = house.categories[slug]
    if category.default_team_id is None:
        await categories.change(step, category, CategoryChanges(default_team_id=house.teams[team].id))


async def _refine(step: Step, house: House, plan: CategoryPlan) -> None:
    house.categories[plan.slug] = await put_category(step, plan, house.categories)
    if plan.team:
        await _give(step, house, plan.slug, plan.team)


async def _ask(step: Step, house: House, question: Question, place: int) -> CustomField:
    return await fields.add(
        step,
        name=question.name,
        field_type=question.type,
        options=question.options,
        description=question.description,
        is_required=question.required is not None,
        required_when=question.required or RequiredWhen.CREATE,
        team_id=house.teams[question.team].id if question.team else None,
        category_id=house.categories[question.category].id if question.category else None,
        sort_order=10 * (place + 1),
    )


async def _offer(step: Step, house: House, name: str, team: str) -> None:
    if await step.session.scalar(select(Tag.id).where(Tag.name == name)) is None:
        await tags.create(step, name=name, team_id=house.teams[team].id)


async def _write_down(step: Step, house: House, plan: Route) -> None:
    if await step.session.scalar(select(RoutingRule.id).where(RoutingRule.name == plan.name)) is not None:
        return
    new = NewRoutingRule(
        name=plan.name, team_id=house.teams[plan.team].id, priority=plan.priority, keywords=list(plan.keywords),
        conditions=list(plan.conditions), is_active=plan.is_active,
        assignee_id=house.users[f"{plan.to}@acme.example"].id if plan.to else None,
    )  # fmt: skip
    await rules.add(step, new)


def _keeper(house: House, kept: Text | View) -> Actor:
    return house.actors[f"{kept.keeper}@acme.example"]


async def _keep(step: Step, house: House, kept: Text | View) -> None:
    team_id = house.teams[kept.team].id if kept.team else None
    if isinstance(kept, Text):
        await canned_responses.add(
            step, name=kept.name, content=kept.content, team_id=team_id, is_global=kept.is_global
        )
        return
    filters = SavedFilters(list(kept.conditions), kept.sort)
    await saved_views.add(
        step, name=kept.name, filters=filters, team_id=team_id, is_global=kept.is_global, is_default=kept.is_default
    )
