"""What an officer asks a rota to be, as one line or a form says it, and what of that contradicts itself. No database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, floor
from typing import Any

from integration.i18n import Translate
from integration.messages import Text
from integration.rulebook.models import RotaRules
from plugins.jadwal.register import duties
from plugins.jadwal.solver.problem import Limits

MOST_WEEKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """So many weeks from `first` on; `away_share` is from 0 to 1.

    `on_duty`: (duty, so many who have it are at the office every day). `home_duties`: only who is registered for one of
    them works from home; none of them for all. Both by the names that the register has.
    """

    unit_id: int
    first: date
    weeks: int
    away_share: Decimal
    least_present: int
    standby: int
    days_a_week: int
    on_duty: tuple[tuple[str, int], ...] = ()
    home_duties: tuple[str, ...] = ()

    @property
    def last(self) -> date:
        """The Sunday of the last week: the first one may be a part of a week."""
        return self.first - timedelta(self.first.weekday()) + timedelta(7 * self.weeks - 1)

    @property
    def limits(self) -> Limits:
        return Limits(
            away_share=self.away_share,
            least_present=self.least_present,
            standby=self.standby,
            days_a_week=self.days_a_week,
            on_duty=self.on_duty,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data; of duties only where there are any, so that a rota without them is as it always was."""
        named: dict[str, Any] = {}
        if self.on_duty:
            named["on_duty"] = [[duty, wanted] for duty, wanted in self.on_duty]
        if self.home_duties:
            named["home_duties"] = list(self.home_duties)
        return {
            "unit_id": self.unit_id,
            "first": self.first.isoformat(),
            "weeks": self.weeks,
            "away_share": str(self.away_share),
            "least_present": self.least_present,
            "standby": self.standby,
            "days_a_week": self.days_a_week,
        } | named


def from_json(data: Mapping[str, Any]) -> Request:
    """The inverse of `Request.to_json`."""
    first, share = date.fromisoformat(data["first"]), Decimal(data["away_share"])
    on_duty = tuple((duty, wanted) for duty, wanted in data.get("on_duty", ()))
    home = tuple(data.get("home_duties", ()))
    return Request(**{**data, "first": first, "away_share": share, "on_duty": on_duty, "home_duties": home})


def usual(unit_id: int, first: date, weeks: int, rules: RotaRules) -> Request:
    """What the rules in force say. Where nobody may be away, nobody has days at home."""
    return Request(
        unit_id=unit_id,
        first=first,
        weeks=weeks,
        away_share=rules.away_share,
        least_present=rules.least_present,
        standby=rules.standby,
        days_a_week=rules.flexible_days_a_week if rules.away_share else 0,
    )


def next_monday(today: date) -> date:
    return today + timedelta(7 - today.weekday())


@dataclass(frozen=True, slots=True)
class Team:
    """How many people the unit has, may work from home, may stand by, and have each duty."""

    people: int
    remote: int
    stand_by: int
    duties: Mapping[str, int] = field(default_factory=dict)


def contradictions(t: Translate, request: Request, team: Team, rules: RotaRules, article: str, today: date) -> dict[str, Text]:
    """What can never be met, by field of the form, each with its cure."""
    cure = t("({article}; an administrator can give the unit another rule)", article=article)
    if never := _never(t, request, team, rules):
        return {"": Text(f"{never} {cure}")}
    found = _dates(t, request, today) | _beyond_rules(t, request, rules, cure) | _share(t, request, team)
    for name, problem in _numbers(t, request, team).items():
        found.setdefault(name, problem)
    return found


def _dates(t: Translate, request: Request, today: date) -> dict[str, Text]:
    if request.first <= today:
        return {"first": t("A rota begins tomorrow at the earliest. A single day can be changed with `/jadwal atur`.")}
    if request.first > today + timedelta(366):
        return {"first": t("That is more than a year ahead. Please choose an earlier first day.")}
    return {}


def _never(t: Translate, request: Request, team: Team, rules: RotaRules) -> Text | None:
    """What the rule makes impossible for a unit of this size, whatever is written in the form."""
    if rules.least_present > team.people:
        return t(
            "The rule wants {count} at the office, but the unit has {people} people.",
            count=rules.least_present,
            people=team.people,
        )
    if rules.standby > team.stand_by:
        return t("The rule wants {count} on standby, but only {people} can.", count=rules.standby, people=team.stand_by)
    nobody = rules.away_share and not floor(rules.away_share * team.people)
    if request.days_a_week and (nobody or rules.least_present == team.people):
        return t("By the rule nobody of a unit of {people} people may work from home.", people=team.people)
    return None


def _beyond_rules(t: Translate, request: Request, rules: RotaRules, cure: Text) -> dict[str, Text]:
    """A unit may be stricter than its rule, not laxer."""
    found: dict[str, Text] = {}
    if request.away_share > rules.away_share:
        share = percent(rules.away_share)
        found["share"] = t("The rule allows {share} % at most. {cure}", share=share, cure=cure)
    if request.days_a_week > rules.flexible_days_a_week:
        found["days"] = t("The rule allows {count} days a week at most. {cure}", count=rules.flexible_days_a_week, cure=cure)
    if request.least_present < rules.least_present:
        found["present"] = t("The rule wants {count} at the office at least. {cure}", count=rules.least_present, cure=cure)
    if request.standby < rules.standby:
        found["standby"] = t("The rule wants {count} on standby at least. {cure}", count=rules.standby, cure=cure)
    return found


def _share(t: Translate, request: Request, team: Team) -> dict[str, Text]:
    if not request.days_a_week:
        nothing = t("With 0 days a week nobody works from home. Write 1 or more, or ask for standby.")
        return {} if request.standby else {"days": nothing}
    if not request.away_share:
        return {"share": t("With 0 % nobody may work from home. Write a larger share, or 0 days a week.")}
    if not floor(request.away_share * team.people):
        share, least = percent(request.away_share), ceil(Decimal(100) / max(team.people, 1))
        return {
            "share": t(
                "{share} % of {people} people is nobody. Write {least} or more.", share=share, people=team.people, least=least
            )
        }
    if not team.remote and request.home_duties:
        nobody = t("Nobody who may work from home is registered for {duties}.", duties=duties.listed(request.home_duties))
        return {"home": nobody}
    if not team.remote:
        return {"": t("Nobody of the unit may work from home: register them first with `/jadwal daftar-wfh`.")}
    return {}


def _numbers(t: Translate, request: Request, team: Team) -> dict[str, Text]:
    found: dict[str, Text] = {}
    if request.least_present > team.people:
        found["present"] = t("The unit has only {people} people. Write {people} or less.", people=team.people)
    elif request.days_a_week and request.least_present == team.people:
        text = t("Then all {people} have to come and nobody can work from home. Write less.", people=team.people)
        found["present"] = text
    if request.standby > team.stand_by:
        found["standby"] = t("Only {people} people can stand by. Write {people} or less.", people=team.stand_by)
    for duty, wanted in request.on_duty:
        if (having := team.duties.get(duty, 0)) < wanted:
            said = t("Only {people} people are registered for “{duty}”. Write {people} or less.", people=having, duty=duty)
            found.setdefault("duties", said)
    return found


def percent(share: Decimal) -> Text:
    """`50`, `33,5` as a number without its sign."""
    return Text(f"{(share * 100).normalize():f}")
