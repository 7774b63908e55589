"""The ceiling for a check-in, and for a report: the smallest honest endpoint on the same server, database and tables.

Token check, person look-up, two inserts, one commit. No dispatch, no language, no working hours, no day of a night shift.
"""

from __future__ import annotations

import hmac
import os
from datetime import UTC, datetime

from flask import Flask, Response, request
from sqlalchemy import bindparam, insert, select

from integration.audit import audit
from integration.db import Database
from integration.people import account
from integration.settings import load
from plugins.hadir.tables import attendance_event
from plugins.logbook.tables import logbook_entry

_PERSON = select(account.c.person_id).where(account.c.platform == "mattermost", account.c.external_id == bindparam("sender"))


def create_app() -> Flask:
    """The WSGI application; its database is the one that the settings name."""
    app = Flask("floor", static_folder=None, template_folder=None)
    settings = load()
    database = Database(settings.database, pool_size=settings.web_threads)
    token = os.environ["BENCH_TOKEN"]

    @app.post("/mattermost/commands")
    def check_in() -> Response:
        if not hmac.compare_digest(request.form["token"], token):
            return Response(status=401)
        if request.form["command"] == "/logbook":
            return report(database)
        now = datetime.now(UTC)
        with database.write() as db:
            person_id = db.scalar(_PERSON, {"sender": request.form["user_id"]})
            event = {
                "person_id": person_id,
                "day": now.date(),
                "kind": "in",
                "at": now,
                "place": "wfh",
                "source": "chat",
                "recorded_at": now,
            }
            event_id = db.execute(attendance_event.insert().values(event).returning(attendance_event.c.id)).scalar_one()
            db.execute(
                audit.insert().values(
                    at=now, actor_id=person_id, actor="", action="attendance.check_in", object=f"attendance_event:{event_id}"
                )
            )
        return Response('{"response_type":"ephemeral","text":"Tercatat"}', mimetype="application/json")

    return app


def report(database: Database) -> Response:
    """One entry of the day, and its audit row."""
    now = datetime.now(UTC)
    with database.write() as db:
        person_id = db.scalar(_PERSON, {"sender": request.form["user_id"]})
        entry = {
            "person_id": person_id,
            "unit_id": 1,
            "day": now.date(),
            "state": "sent",
            "activity": request.form["text"],
            "minutes": 120,
            "round": 1,
            "created_at": now,
            "changed_at": now,
            "sent_at": now,
        }
        entry_id = db.execute(insert(logbook_entry).values(entry).returning(logbook_entry.c.id)).scalar_one()
        about = {"actor_id": person_id, "actor": "", "action": "logbook.sent", "object": f"logbook_entry:{entry_id}"}
        db.execute(insert(audit).values(at=now, **about))
    return Response('{"response_type":"ephemeral","text":"Terkirim"}', mimetype="application/json")
