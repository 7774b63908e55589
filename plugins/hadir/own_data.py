"""`/hadir data`: everything that is kept about oneself, as a file in a direct message."""

from __future__ import annotations

from integration import own_data
from integration.messages import Command, File, Reply, fill
from integration.plugin import Context, Subcommand

MEDIA_TYPE = "application/zip"


def send(context: Context, _command: Command) -> Reply:
    """The same once a minute: who presses twice gets one file."""
    person, t = context.person, context.t
    key = f"own-data:{person.id}:{context.now:%Y%m%d%H%M}"
    found = own_data.collect(context.db, person, context.now)
    file = File(own_data.file_name(person), MEDIA_TYPE, own_data.as_zip(found, t))
    message = Reply(t("Everything that Hadir keeps about you: {name}.", name=fill("{name}", name=file.name)), files=(file,))
    if not context.tell(person, key, lambda _t: message):
        return Reply(t("The file with your data is on its way already, in a direct message."))
    context.audit("person.data_exported", f"person:{person.id}", after={"rows": found.count})
    return Reply(t("Your data ({count} rows) is on its way to you as a file, in a direct message.", count=found.count))


SUBCOMMANDS = (
    Subcommand(
        "data",
        send,
        "Everything that is kept about you, as a file",
        aliases=("unduh", "export"),
        writes=True,
    ),
)
