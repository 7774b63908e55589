"""`/jadwal susun`, `rancangan`, `terbitkan`, `cabut`, `atur`: rotas for those who make them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from integration import workdays
from integration.i18n import Translate
from integration.messages import Answer, Button, ButtonPress, Command, File, Reply, Text, fill, join
from integration.plugin import Context, Subcommand
from integration.safe_names import safe_name
from plugins.jadwal import service, wording
from plugins.jadwal.rota import edit, form, notices, store
from plugins.jadwal.rota import make as rota_make
from plugins.jadwal.rota import picture as rota_picture
from plugins.jadwal.rota import publish as rota_publish
from plugins.jadwal.rota import request as rota_request
from plugins.jadwal.rota import wording as rota_wording
from plugins.jadwal.rota.access import check, opened, units_planned
from plugins.jadwal.rota.publish import Differences
from plugins.jadwal.rota.store import Rota

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN = 10


# ---------------------------------------------------------------- what there is


def drafts(context: Context, command: Command) -> Reply:
    """`rancangan [no]`: one draft again, or everything that is being made, waits or holds."""
    if command.words:
        return show(context, ButtonPress("", " ".join(command.words)))
    units = units_planned(context)
    if units == []:
        check(context, context.person.unit_id)
    t, found = context.t, store.current(context.db, units, _today(context), _SHOWN)
    make = Button(t("Make a rota"), "jadwal.say", "susun")
    if not found:
        return Reply(t("There is no rota yet, neither draft nor published."), buttons=(make,))
    buttons = [
        Button(t("Show no. {number}", number=one.id), "jadwal.rota_show", str(one.id)) for one in found if one.state != "asked"
    ]
    return Reply(join("\n", [t("**Rotas**"), *(_line(context, one) for one in found)]), buttons=(*buttons[:5], make))


def _line(context: Context, one: Rota) -> Text:
    t = context.t
    span, state = wording.span(t, one.first, one.last), one.state
    if state == "asked" and one.made_at < context.now - store.LOST:
        state = "failed"
    return fill("- no. {number}: {unit}, {span} — {state}", number=one.id, unit=one.unit, span=span, state=_state(t, state))


def _state(t: Translate, state: str) -> Text:
    return {
        "asked": t("being made"),
        "draft": t("draft"),
        "published": t("published"),
        "replaced": t("replaced by a newer one"),
        "withdrawn": t("revoked"),
        "discarded": t("discarded"),
        "failed": t("could not be made"),
    }[state]


def _today(context: Context) -> date:
    return workdays.local_day(context.now, context.person)


def show(context: Context, press: ButtonPress) -> Reply:
    one = opened(context, press.value)
    if one.state == "published":
        return _published(context, one)
    return rota_wording.preview(context, one, context.person) if one.state == "draft" else _no_draft(context, one)


def _published(context: Context, one: Rota) -> Reply:
    """A rota that holds, with what it was made to keep."""
    t = context.t
    who = rota_wording.by_whom(context, t, context.person, one.published_by, one.published_at)
    lines = [
        t("**Published rota: {unit}** (no. {number})", unit=one.unit, number=one.id),
        t("{span}, published by {who}.", span=wording.span(t, one.first, one.last), who=who),
        *rota_wording.limits(t, one),
    ]
    return Reply(join("\n", lines), buttons=(*rota_wording.file_buttons(t, one), _revoke(t, one)))


def _revoke(t: Translate, one: Rota) -> Button:
    return Button(t("Revoke"), "jadwal.rota_withdraw", str(one.id), style="danger", days=30)


def _no_draft(context: Context, one: Rota) -> Reply:
    """Somebody pressed again, or another was quicker."""
    t = context.t
    if one.state == "published":
        who = rota_wording.by_whom(context, t, context.person, one.published_by, one.published_at)
        said = t("Rota no. {number} is published already ({who}).", number=one.id, who=who)
    elif one.state == "asked":
        said = t("Rota no. {number} is being made; it comes as a direct message.", number=one.id)
    else:
        said = t("Rota no. {number} is no draft any more: {state}.", number=one.id, state=_state(t, one.state))
    return Reply(said, replaces=one.state != "asked", refused=True)


# ---------------------------------------------------------------- publishing


def publish_said(context: Context, command: Command) -> Reply:
    """`terbitkan [no]`: the only draft needs no number."""
    if command.words:
        return publish(context, ButtonPress("", " ".join(command.words)))
    units = units_planned(context)
    if units == []:
        check(context, context.person.unit_id)
    t = context.t
    found = [one for one in store.current(context.db, units, _today(context), 50) if one.state == "draft"]
    if not found:
        return Reply(t("There is no draft to publish. Make one with `/jadwal susun`."), refused=True)
    if len(found) == 1:
        return publish(context, ButtonPress("", str(found[0].id)))
    buttons = tuple(
        Button(t("Publish no. {number}", number=one.id), "jadwal.rota_publish", str(one.id)) for one in found[:_SHOWN]
    )
    lines = [t("Which draft do you mean?"), *(_line(context, one) for one in found[:_SHOWN])]
    return Reply(join("\n", lines), buttons=buttons, refused=True)


def publish(context: Context, press: ButtonPress) -> Reply:
    """The draft holds; if things have changed since it was made, that is said first and asked once more."""
    number, _, agreed = press.value.partition(":")
    one = opened(context, number)
    if one.state != "draft":
        return _no_draft(context, one)
    found = rota_publish.differences(context, one, context.person)
    if found.nobody or found.too_late or found.mark != agreed:
        return _changed(context, one, found)
    changes = rota_publish.publish(context, one)
    if changes is None:
        return _no_draft(context, store.get(context.db, one.id) or one)
    told = notices.tell_published(context, one, changes)
    span = wording.span(context.t, one.first, one.last)
    text = context.t(
        "Published: rota no. {number}, {unit}, {span}. {told} people are told of their own days.",
        number=one.id,
        unit=one.unit,
        span=span,
        told=told,
    )
    files = rota_wording.file_buttons(context.t, one)
    return Reply(text, buttons=(*files, _revoke(context.t, one)), replaces=True)


def _changed(context: Context, one: Rota, found: Differences) -> Reply:
    t = context.t
    again = Button(t("Make again"), "jadwal.rota_change", str(one.id), days=rota_wording.DAYS_OPEN)
    discard = Button(t("Discard"), "jadwal.rota_discard", str(one.id), style="danger", days=rota_wording.DAYS_OPEN)
    if found.nobody:
        said = t("Nobody of this draft works in {unit} any more. Nothing was published.", unit=one.unit)
        return Reply(said, buttons=(discard,), refused=True)
    if found.too_late:
        return Reply(
            t("The days of this draft are over or have begun. Nothing was published."), buttons=(again, discard), refused=True
        )
    lines = [
        t("**Something has changed since this draft was made.** Nothing is published yet:"),
        *found.lines,
    ]
    anyway = Button(t("Publish all the same"), "jadwal.rota_publish", f"{one.id}:{found.mark}", days=rota_wording.DAYS_OPEN)
    return Reply(join("\n", lines), buttons=(again, anyway, discard), refused=True)


# ---------------------------------------------------------------- the other buttons of a draft


def change(context: Context, press: ButtonPress) -> Answer:
    """The form again, with what was asked for; its draft is discarded once the new one is there."""
    one = opened(context, press.value)
    request = one.request
    if request is None or one.state not in ("draft", "failed"):
        return _no_draft(context, one)
    if request.first <= _today(context):
        request = replace(request, first=rota_request.next_monday(_today(context)))
    return form.form(context, request, instead_of=one.id if one.state == "draft" else None)


def discard(context: Context, press: ButtonPress) -> Reply:
    one = opened(context, press.value)
    if one.state != "draft" or not store.move(context, one, "discarded"):
        return _no_draft(context, store.get(context.db, one.id) or one)
    return Reply(context.t("Draft no. {number} is discarded. What is published stays as it is.", number=one.id), replaces=True)


def picture(context: Context, press: ButtonPress) -> Reply:
    """A week of the draft or of what holds, as everybody will see it."""
    one = opened(context, press.value.partition(" ")[0])
    if one.state not in ("draft", "published"):
        return _no_draft(context, one)
    return rota_picture.drawn(context, one, press)


def workbook(context: Context, press: ButtonPress) -> Reply:
    """The draft, or what of a published rota holds, with everybody's days."""
    from plugins.jadwal.rota import xlsx  # heavy: only who wants a file pays for it

    one = opened(context, press.value)
    if one.state not in ("draft", "published"):
        return _no_draft(context, one)
    days = store.days_of(context.db, one)
    everyone = service.by_id(context.db, {person for person, _ in days})
    title = context.t("Rota of {unit}", unit=one.unit)
    content = xlsx.build(context.t, one, title, days, everyone)
    name = f"jadwal-{one.first:%Y-%m-%d}-{safe_name(one.unit).lower().replace(' ', '-')}.xlsx"
    return Reply(context.t("Rota no. {number} as a workbook.", number=one.id), files=(File(name, XLSX, content),))


# ---------------------------------------------------------------- withdrawing


def withdraw_said(context: Context, command: Command) -> Reply:
    """`cabut [no]`: the only one that holds needs no number; it is asked once more."""
    units = units_planned(context)
    if units == []:
        check(context, context.person.unit_id)
    t = context.t
    if command.words:
        found = [opened(context, " ".join(command.words))]
    else:
        found = [one for one in store.current(context.db, units, _today(context), 50) if one.state == "published"]
    if not found:
        return Reply(t("There is no published rota to revoke."), refused=True)
    buttons = tuple(
        Button(t("Revoke no. {number}", number=one.id), "jadwal.rota_withdraw", str(one.id), style="danger")
        for one in found[:_SHOWN]
    )
    lines = [
        t("Revoking takes the days from tomorrow on away, and tells everybody. What it replaced does not come back."),
        *(_line(context, one) for one in found[:_SHOWN]),
    ]
    return Reply(join("\n", lines), buttons=buttons)


def withdraw(context: Context, press: ButtonPress) -> Reply:
    one, t = opened(context, press.value), context.t
    if one.state != "published":
        return _no_draft(context, one) if one.state == "asked" else _not_published(context, one)
    changes = rota_publish.withdraw(context, one)
    if changes is None:
        return _not_published(context, store.get(context.db, one.id) or one)
    told = notices.tell_withdrawn(context, one, changes)
    text = t("Rota no. {number} is revoked from tomorrow on. {told} people are told.", number=one.id, told=told)
    return Reply(text, buttons=(Button(t("Make a rota"), "jadwal.say", f"susun {one.unit}"),), replaces=True)


def _not_published(context: Context, one: Rota) -> Reply:
    said = context.t("Rota no. {number} does not hold: {state}.", number=one.id, state=_state(context.t, one.state))
    return Reply(said, refused=True)


SUBCOMMANDS = (
    Subcommand(
        "susun",
        form.plan,
        "Make a fair rota of a unit, for leaders and personnel officers; without weeks it opens a form",
        arguments="[unit] [4 minggu] [mulai senin]",
        example="/jadwal susun 4 minggu mulai senin",
        aliases=("buat", "make", "plan"),
        writes=True,
    ),
    Subcommand("rancangan", drafts, "Drafts and published rotas", arguments="[no]", aliases=("draft", "drafts", "draf")),
    Subcommand("terbitkan", publish_said, "Publish a draft", "[no]", "/jadwal terbitkan 1", ("publish", "terbit"), writes=True),
    Subcommand("cabut", withdraw_said, "Revoke a published rota", "[no]", "/jadwal cabut 1", ("withdraw", "tarik")),
    *edit.SUBCOMMANDS,
)
BUTTONS = {
    "rota_publish": publish,
    "rota_change": change,
    "rota_discard": discard,
    "rota_show": show,
    "rota_picture": picture,
    "rota_xlsx": workbook,
    "rota_withdraw": withdraw,
    **edit.BUTTONS,
}
FORMS = {"rota": form.submitted}
TASKS = {"rota": rota_make.make}

__all__ = ["BUTTONS", "FORMS", "SUBCOMMANDS", "TASKS"]
