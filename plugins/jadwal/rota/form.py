"""`/jadwal susun`: asking for a rota, in one line or with a form. The worker makes it; the answer is a direct message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import select

from integration import find, people, workdays
from integration.errors import UserError
from integration.form_values import read
from integration.i18n import Translate
from integration.messages import Answer, Command, Field, Form, FormErrors, FormSubmission, Reply, Text, fill, join
from integration.plugin import Context
from plugins.jadwal import wording
from plugins.jadwal.notices import SAY
from plugins.jadwal.rota import data, duties, store
from plugins.jadwal.rota import line as rota_line
from plugins.jadwal.rota.access import check, units_planned
from plugins.jadwal.rota.line import Line
from plugins.jadwal.rota.request import MOST_WEEKS, Request, contradictions, next_monday, percent, usual

_Value = TypeVar("_Value")
USUAL_WEEKS = 4
_DUTIES_SHOWN = 12


def plan(context: Context, command: Command) -> Answer:
    """A line that says which weeks is taken at once; anything less opens the form with what was said."""
    line = rota_line.read(command.words, _today(context), context.t)
    unit = _unit(context, line, command.text)
    if isinstance(unit, Reply):
        return unit
    request = _request(context, unit[0], line)
    if not line.whole:
        return form(context, request)
    request, problems = _checked(context, request)
    return form(context, request, problems=problems) if problems else _accept(context, request, None)


def _today(context: Context) -> date:
    return workdays.local_day(context.now, context.person)


def _unit(context: Context, line: Line, said: str) -> tuple[int, str] | Reply:
    """The unit that was named, else one's own. Raises `UserError` if one may not plan it."""
    person = context.person
    found: tuple[int, str] | Reply = (person.unit_id, person.unit)
    if line.unit:
        found = find.unit(context, line.unit, lambda name: f"susun {said.replace(line.unit, name)}", SAY)
    if not isinstance(found, Reply):
        check(context, found[0])
    return found


def _request(context: Context, unit_id: int, line: Line) -> Request:
    """What was said; for the rest what the unit's rule says."""
    first = line.first or next_monday(_today(context))
    _, rules = context.rules().rota(unit_id, first)
    request = usual(unit_id, first, line.weeks or USUAL_WEEKS, rules)
    said = {"away_share": line.share, "least_present": line.present, "standby": line.standby, "days_a_week": line.days}
    request = replace(request, on_duty=tuple(line.duties.items()), home_duties=tuple(line.home))
    return replace(request, **{name: value for name, value in said.items() if value is not None})  # type: ignore[arg-type]  # each of its own type


def _checked(context: Context, request: Request) -> tuple[Request, dict[str, Text]]:
    """With the duties as the register names them, and what cannot be, by field of the form."""
    if request.on_duty or request.home_duties:
        known = data.known_duties(context, request.unit_id, request.first, request.last)
        request, problems = duties.resolved(context.t, request, known)
        if problems:
            return request, problems
    return request, _problems(context, request)


def _problems(context: Context, request: Request) -> dict[str, Text]:
    rule, rules = context.rules().rota(request.unit_id, request.first)
    team = data.count(context, request, rules)
    if not team.people:
        return {"": context.t("Nobody works in this unit.")}
    return contradictions(context.t, request, team, rules, rule.article, _today(context))


def _accept(context: Context, request: Request, instead_of: int | None) -> Reply:
    t, span = context.t, wording.span(context.t, request.first, request.last)
    waiting = store.waiting(context, request)
    if waiting is not None:
        return Reply(
            t("Rota no. {number} ({span}) is being made already; it comes as a direct message.", number=waiting.id, span=span)
        )
    number = store.ask(context, request, instead_of)
    return Reply(
        t(
            "Rota no. {number} ({unit}, {span}) is being made. The draft comes as a direct message, usually within a minute.",
            number=number,
            unit=unit_name(context, request.unit_id),
            span=span,
        )
    )


def unit_name(context: Context, unit_id: int) -> str:
    return str(context.db.scalar(select(people.unit.c.name).where(people.unit.c.id == unit_id)) or "")


# ---------------------------------------------------------------- the form


def form(
    context: Context, request: Request, *, instead_of: int | None = None, problems: Mapping[str, Text] | None = None
) -> Form:
    """The request as a form; `problems` are told above it, so that what was typed is not lost."""
    t = context.t
    choosing = units_planned(context) is None
    unit = [Field("unit", t("Unit"), default=unit_name(context, request.unit_id), max_length=150)] if choosing else []
    known = data.known_duties(context, request.unit_id, request.first, request.last)
    asked = bool(known or request.on_duty or request.home_duties)
    return Form(
        action="jadwal.rota",
        title=t("Make a rota"),
        intro=_intro(context, request, problems or {}, known),
        submit=t("Make a draft"),
        fields=(
            *unit,
            Field("first", t("First day"), "date", request.first.isoformat(), hint=t("For example: Monday, 30/11")),
            Field("weeks", t("Weeks"), default=str(request.weeks), hint=t("1 to {most}", most=MOST_WEEKS), max_length=20),
            Field(
                "share", t("Away at most (%)"), default=percent(request.away_share), hint=_share_hint(context), max_length=20
            ),
            Field("present", t("At office at least"), default=str(request.least_present), hint=t("People"), max_length=20),
            Field("standby", t("Standby"), default=str(request.standby), hint=_standby_hint(context), max_length=20),
            Field(
                "days",
                t("Days at home a week"),
                default=str(request.days_a_week),
                hint=t("For each person, at most"),
                max_length=20,
            ),
            *(_duty_fields(context, request) if choosing or asked else ()),
        ),
        value=f"{request.unit_id}:{instead_of or ''}",
    )


def _duty_fields(context: Context, request: Request) -> tuple[Field, Field]:
    """Left out where nobody is registered for any duty: there is nothing to choose from."""
    t, length = context.t, duties.LENGTH
    on_duty, home = duties.shown(request.on_duty), ", ".join(request.home_duties)
    example = t("People with this duty at the office every day. For example: {example}", example=duties.FORM_EXAMPLE)
    only = t("Only who is registered for it gets WFH. Empty: everybody")
    return (
        Field("duties", t("Duties at the office"), default=on_duty, hint=example, required=False, max_length=length),
        Field("home", t("Duties from home"), default=home, hint=only, required=False, max_length=length),
    )


def _intro(context: Context, request: Request, problems: Mapping[str, Text], known: Mapping[str, int]) -> Text:
    rule, _ = context.rules().rota(request.unit_id, request.first)
    said = context.t(
        "Unit: {unit}. The values are those of {article}; stricter ones are possible.",
        unit=unit_name(context, request.unit_id),
        article=rule.article,
    )
    return join("\n", [*(Text(f"⚠ {problem}") for problem in problems.values()), said, *_known(context.t, known)])


def _known(t: Translate, known: Mapping[str, int]) -> list[Text]:
    """The duties that can be named, those of most people first."""
    by_count = sorted(known.items(), key=lambda each: (-each[1], each[0]))
    shown = [fill("{duty} ({count})", duty=duty, count=count) for duty, count in by_count[:_DUTIES_SHOWN]]
    shown += [Text("…")] if len(known) > _DUTIES_SHOWN else []
    return [t("Registered duties, and how many people have them: {duties}", duties=join(", ", shown))] if shown else []


def _share_hint(context: Context) -> Text:
    return context.t("Of the unit's people, leave and travel included")


def _standby_hint(context: Context) -> Text:
    return context.t("People a day for direct service; 0 for none")


def submitted(context: Context, submission: FormSubmission) -> Answer:
    """The form came back: everything is read again, and every field says what is wrong with it."""
    errors: dict[str, str] = {}
    values = {name: str(text) for name, text in submission.values.items()}
    unit_id, instead_of = _value(context, submission.value)
    if units_planned(context) is None:
        unit_id = read(errors, "unit", lambda: _unit_field(context, values.get("unit", ""), unit_id)) or unit_id
    check(context, unit_id)
    request = _read_fields(context, values, unit_id, errors)
    if request is None:
        return FormErrors(errors)
    request, problems = _checked(context, request)
    if problems:
        return FormErrors(problems)
    return _accept(context, request, instead_of)


def _value(context: Context, value: str) -> tuple[int, int | None]:
    unit_id, _, instead_of = value.partition(":")
    if not unit_id.isdecimal():
        raise UserError(context.t("This form does not exist any more."))
    return int(unit_id), int(instead_of) if instead_of.isdecimal() else None


def _unit_field(context: Context, text: str, own: int) -> int:
    """The unit whose name it is, or the only one that it can mean."""
    found = people.units_named(context.db, text)
    if len(found) == 1:
        return found[0][0]
    if not found:
        raise UserError(find.no_unit(context, text))
    names = ", ".join(name for _, name in found[: find.MOST_CHOICES])
    raise UserError(context.t("Several units have such a name: {names}. Please write one of them in full.", names=names))


def _read_fields(context: Context, values: Mapping[str, str], unit_id: int, errors: dict[str, str]) -> Request | None:
    t = context.t

    def count(name: str) -> int | None:
        return read(errors, name, lambda: rota_line.read_count(values.get(name, ""), t))

    first = read(errors, "first", lambda: rota_line.read_first(values.get("first", ""), _today(context), t))
    weeks = read(errors, "weeks", lambda: rota_line.read_weeks(values.get("weeks", ""), t))
    share: Decimal | None = read(errors, "share", lambda: rota_line.read_share(values.get("share", ""), t))
    present, standby, days = count("present"), count("standby"), count("days")
    on_duty = read(errors, "duties", lambda: duties.read_duties(values.get("duties", ""), t))
    if errors or first is None or weeks is None or share is None or present is None or standby is None or days is None:
        return None
    return Request(
        unit_id=unit_id,
        first=first,
        weeks=weeks,
        away_share=share,
        least_present=present,
        standby=standby,
        days_a_week=days,
        on_duty=on_duty or (),
        home_duties=duties.read_home(values.get("home", "")),
    )
