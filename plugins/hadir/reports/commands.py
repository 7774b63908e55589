"""The recap as PDF for signature, by the button beside the workbook's."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from integration import meant
from integration.dates import show_month
from integration.messages import ButtonPress, File, Reply
from integration.plugin import Context
from plugins.hadir.recap.commands import RECAP

MEDIA_TYPE = "application/pdf"


def download(context: Context, press: ButtonPress) -> Reply:
    """Who presses is authorised again."""
    from plugins.hadir.reports import making  # heavy: only who asks for a document pays for it
    from plugins.hadir.reports.paper import Issue
    from plugins.hadir.reports.scope import Scope

    month, target = meant.decode(context, press.value)
    team, _ = RECAP.visible(context, target, month)
    scope, person = Scope(target.kind, target.id, target.name), context.person
    issue = Issue(context.t, context.settings, month, person.name, person.zone, context.now)
    shown = show_month(month, context.t)
    with TemporaryDirectory(prefix="hadir-") as folder:
        path = Path(folder) / making.file_name(scope, month, "pdf")
        try:
            making.make(context, issue, scope, team, "pdf", path)
        except making.NoRecord:
            return Reply(context.t("There is no record of {name} in {month}.", name=target.name, month=shown))
        file = File(path.name, MEDIA_TYPE, path.read_bytes())
    return Reply(context.t("The recap of {month}: {name}.", month=shown, name=target.name), files=(file,))


BUTTONS = {"recap_pdf": download}
