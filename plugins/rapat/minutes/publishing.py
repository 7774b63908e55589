"""Minutes are published: decisions and action items to the meeting's thread, the PDF into its folder, everybody's own tasks
to them. Later versions are published with what has changed, each once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from integration import people
from integration.i18n import Translate
from integration.messages import Button, ButtonPress, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context, Notice, Run, Work
from plugins.rapat import agenda, filing, meetings, publish
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.minutes import by_mail, chosen, markdown, merging, reading, showing, understanding, versions
from plugins.rapat.minutes.chosen import SIGN
from plugins.rapat.minutes.markdown import Minutes, fold
from plugins.rapat.minutes.understanding import MOST_ITEMS
from plugins.rapat.minutes.versions import Version
from plugins.rapat.tasks import keeping, wording
from plugins.rapat.tasks.matching import Task
from plugins.rapat.wording import below, say

TELL = "minutes_publish"
TASKS_SHOWN = 12
_AT_ONCE = 50


def button(t: Translate, occurrence: Occurrence, version: Version) -> Button:
    return chosen.button(t("Publish"), "rapat.minutes_publish", occurrence, version.version, "good")


def ask(context: Context, meeting: Meeting, occurrence: Occurrence) -> Reply:
    """What would be published, with the button that does it."""
    t, title = context.t, showing.title(context.t, occurrence, context.person.zone)
    version = versions.latest(context.db, occurrence.id)
    if version is None or not versions.was_written(context.db, occurrence.id):
        return Reply(t("There are no minutes of {title} yet.", title=title), buttons=(_edit(t, occurrence),), refused=True)
    if version.published_at is not None:
        return Reply(t("The minutes of {title} are published already, as they are.", title=title))
    if (refusal := _not_yet(t, occurrence, version)) is not None:
        return refusal
    parsed = markdown.parse(version.text)
    counts = t("{decisions} decisions, {items} action items", decisions=len(parsed.decisions), items=len(parsed.items))
    text = t("Publish the minutes of {title} (version {number}: {counts})?", title=title, number=version.version, counts=counts)
    return Reply(text, buttons=(button(t, occurrence, version), _edit(t, occurrence)))


def _edit(t: Translate, occurrence: Occurrence) -> Button:
    return say(t("Open the minutes"), f"notulen tulis {SIGN}{occurrence.id}", days=14)


def _not_yet(t: Translate, occurrence: Occurrence, version: Version) -> Reply | None:
    count = merging.conflicts_in(version.text)
    if not count:
        return None
    text = t("In {count} places the minutes have two versions, marked “[2”. Choose one of each, then publish.", count=count)
    return Reply(text, buttons=(_edit(t, occurrence),), refused=True)


def pressed(context: Context, press: ButtonPress) -> Reply:
    """Publish the version that was seen, if it is still the last one."""
    t = context.t
    meeting, occurrence, number = chosen.of_button(context, press.value)
    chosen.must_lead(context, meeting)
    version = versions.latest(context.db, occurrence.id)
    title = showing.title(t, occurrence, context.person.zone)
    if version is None:
        return Reply(t("There are no minutes of {title} yet.", title=title), refused=True)
    if version.version != number and (seen := versions.get(context.db, occurrence.id, number)) is not None:
        if seen.published_at is not None and says_the_same(seen, version):
            return Reply(t("The minutes of {title} are published already, as they are.", title=title))
        if not says_the_same(seen, version):
            return _newer(context, occurrence, version)
    if (refusal := _not_yet(t, occurrence, version)) is not None:
        return refusal
    first = versions.published(context.db, occurrence.id) is None
    if not bring_out(context, meeting, occurrence, version):
        return Reply(t("The minutes of {title} are published already, as they are.", title=title))
    done = t("The minutes of {title} are published. Everybody with action items is told.", title=title)
    return Reply(join("\n", [done, *(by_mail.told(context, meeting) if first else [])]), replaces=True)


def _newer(context: Context, occurrence: Occurrence, version: Version) -> Reply:
    t = context.t
    who = people.get(context.db, version.author_id) if version.author_id else None
    text = t("There is a later version of these minutes, by {who}. Look at it first.", who=showing.author(t, who))
    read = say(t("Read"), f"notulen baca {SIGN}{occurrence.id}")
    return Reply(text, buttons=(button(t, occurrence, version), read, _edit(t, occurrence)), refused=True)


def says_the_same(one: Version, other: Version) -> bool:
    """Whether nothing but boxes is different."""
    return one.text == other.text or markdown.without_boxes(one.text) == markdown.without_boxes(other.text)


def bring_out(work: Work, meeting: Meeting, occurrence: Occurrence, version: Version) -> bool:
    """Publish a version; False if it is published, or says what the last published one says."""
    before = versions.published(work.db, occurrence.id)
    if (before is not None and says_the_same(before, version)) or not versions.mark_published(work, version):
        return False
    keeping.publish(work, occurrence)
    agenda.dealt_with(work, occurrence, markdown.parse(version.text).spoken_of())
    work.audit(
        "meeting.minutes_published", f"meeting:{meeting.id}", after={"occurrence": occurrence.id, "version": version.version}
    )
    filing.file_minutes(work, occurrence, version.version)
    reading.to_file(work, occurrence, version.version)
    given = {"occurrence": occurrence.id, "version": version.version, "before": before.version if before else 0}
    key = f"meeting:{meeting.id}:minutes:{occurrence.id}:{version.version}:publish"
    # In a stream of its own: a drive that is down keeps nobody from hearing of it.
    work.later(f"rapat.{TELL}", f"minutes-told:{occurrence.id}", key, given)
    return True


# ---------------------------------------------------------------- what is told


@dataclass(frozen=True, slots=True)
class News:
    """Minutes that are published now, and those that were before (None: these are the first).

    `changed` are the ids of people of whose tasks something is new; None: of all.
    """

    meeting: Meeting
    occurrence: Occurrence
    version: Version
    now: Minutes
    tasks: Sequence[Task]
    before: Minutes | None = None
    changed: frozenset[int | None] | None = None

    def key(self, what: str) -> str:
        return f"meeting:{self.meeting.id}:minutes:{self.occurrence.id}:{self.version.version}:{what}"


def task(run: Run, given: Mapping[str, Any]) -> None:
    """Post to the channel, and tell people. Every message has its key, so a repeat tells nobody twice."""
    with run.read() as work:  # messages are worded while others write
        news = _news(work, int(given["occurrence"]), int(given["version"]), int(given["before"]))
        if news is None:
            return
        readers = _readers(work, news)
        letters = by_mail.letters(work, news.meeting, news.occurrence, news.version)
    with run.begin() as work:
        work.queue(letters)
        if news.meeting.channel_id:
            under = publish.thread(news.meeting, news.occurrence)
            channel = (news.meeting.channel_platform, news.meeting.channel_id)
            zone = news.meeting.zone
            work.post(*channel, news.key("post"), lambda t: Reply(below(_summary(work.db, t, news, zone))), under=under)
    for start in range(0, len(readers), _AT_ONCE):
        with run.read() as work:
            messages = work.worded([_notice(work, news, reader) for reader in readers[start : start + _AT_ONCE]])
        with run.begin() as work:
            work.queue(messages)


def _news(work: Work, occurrence_id: int, number: int, before: int) -> News | None:
    occurrence = meetings.occurrence(work.db, occurrence_id)
    meeting = meetings.get(work.db, occurrence.meeting_id) if occurrence else None
    version = versions.get(work.db, occurrence_id, number)
    if occurrence is None or meeting is None or version is None:
        return None
    tasks = [row for row in keeping.of_occurrence(work.db, occurrence_id) if row.state != "dropped"]
    earlier = versions.get(work.db, occurrence_id, before) if before else None
    now = markdown.parse(version.text)
    if earlier is None:
        return News(meeting, occurrence, version, now, tasks)
    then = markdown.parse(earlier.text)
    changed = _changed(work, meeting, occurrence, then, now)
    return News(meeting, occurrence, version, now, tasks, then, changed)


def _changed(work: Work, meeting: Meeting, occurrence: Occurrence, then: Minutes, now: Minutes) -> frozenset[int | None]:
    """Whose tasks are not what they were: words, day, or that there is one at all."""
    both = [
        {
            (wanted.person_id, fold(wanted.text), wanted.due)
            for wanted in understanding.wanted(
                understanding.read(work, meeting, occurrence, minutes.items[:MOST_ITEMS], None), {}
            )
        }
        for minutes in (then, now)
    ]
    return frozenset(person_id for person_id, *_ in both[0] ^ both[1])


def _readers(work: Work, news: News) -> list[Person]:
    """Who has tasks; and where there is no channel to read it in, everybody who is invited."""
    mine = {row.person_id for row in news.tasks if row.person_id is not None}
    if news.changed is not None:
        mine = {person_id for person_id in news.changed if person_id is not None}
    if not news.meeting.channel_id:
        mine |= {each.person_id for each in meetings.invitees(work.db, news.meeting.id) if each.person_id is not None}
    found = people.everyone(work.db, work.now.date(), sorted(mine))
    return sorted(found, key=lambda reader: reader.id)


def _notice(work: Work, news: News, reader: Person) -> Notice:
    mine = [row for row in news.tasks if row.person_id == reader.id]

    def build(t: Translate) -> Reply:
        title = showing.title(t, news.occurrence, reader.zone)
        if news.meeting.channel_id:
            first = (
                t("The minutes of {title} are published.", title=title)
                if news.before is None
                else t("The minutes of {title} have changed.", title=title)
            )
            lines = [first]
        else:
            lines = list(_summary(work.db, t, news, reader.zone, tasks=False))
        if mine:
            lines += [t("**Your action items**"), *wording.numbered(t, mine[:TASKS_SHOWN])]
            if len(mine) > TASKS_SHOWN:
                lines.append(t("… and {count} more", count=len(mine) - TASKS_SHOWN))
        elif news.changed is not None and reader.id in news.changed:
            lines.append(t("You have no action items in them any more."))
        read = say(t("Read"), f"notulen baca {SIGN}{news.occurrence.id}", days=30)
        return Reply(below(lines), buttons=(*wording.done_buttons(t, mine), read))

    return Notice(reader, news.key(f"person:{reader.id}"), build)


def _summary(db: Connection, t: Translate, news: News, zone: str, *, tasks: bool = True) -> Iterator[Text]:
    title = showing.title(t, news.occurrence, zone)
    if news.before is None:
        yield t("**Minutes** of {title}", title=title)
        yield from showing.decisions(t, news.now)
        if tasks and news.tasks:
            yield t("**Action items**")
            yield from _task_lines(db, t, news.tasks)
    else:
        yield t("**The minutes have changed**: {title}", title=title)
        yield from _changes(db, t, news)
    day = f" {news.occurrence.starts_at.astimezone(news.meeting.tz):%d/%m/%Y}" if news.meeting.is_series else ""
    command = Text(f"`/rapat notulen {news.meeting.id} baca{day}`")
    yield t("The whole text: {command}; as PDF in the meeting's folder.", command=command)


def _task_lines(db: Connection, t: Translate, tasks: Sequence[Task]) -> Iterator[Text]:
    names = wording.names(db, tasks)
    for row in tasks[:TASKS_SHOWN]:
        yield fill("- {line}", line=wording.line(t, row, names))
    if len(tasks) > TASKS_SHOWN:
        yield t("… and {count} more", count=len(tasks) - TASKS_SHOWN)


def _changes(db: Connection, t: Translate, news: News) -> Iterator[Text]:
    """What was added and taken away, in decisions and tasks; else that the text is another."""
    assert news.before is not None  # noqa: S101  # only for later versions
    old, new = [{fold(words): words for words in each.decisions} for each in (news.before, news.now)]
    added = [words for folded, words in new.items() if folded not in old]
    gone = [words for folded, words in old.items() if folded not in new]
    said = False
    for words in added[:TASKS_SHOWN]:
        said = True
        yield t("+ Decision: {words}", words=words[: showing.LONGEST_LINE])
    for words in gone[:TASKS_SHOWN]:
        said = True
        yield t("– No decision any more: {words}", words=words[: showing.LONGEST_LINE])
    rows = [row for row in news.tasks if news.changed and row.person_id in news.changed]
    if rows:
        said = True
        yield t("**Action items**")
        yield from _task_lines(db, t, rows)
    if not said:
        yield t("What was written of the discussion has changed.")


BUTTONS = {"minutes_publish": pressed}
TASKS = {TELL: task}
