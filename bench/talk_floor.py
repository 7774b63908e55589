"""The ceiling for Talk's webhook: the signature, one row, one commit, on the same server program with the same threads.

No shape is checked, nothing is asked of whom the words are meant for.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
from datetime import UTC, datetime

from flask import Flask, Response, request

from integration import web
from integration.db import Database, insert_once
from integration.outbox import outbox
from integration.settings import Settings, load


def application(settings: Settings) -> Flask:
    app = Flask("floor", static_folder=None, template_folder=None)
    database = Database(settings.database, pool_size=settings.web_threads)
    secret = os.environ["HADIR_NEXTCLOUD_TALK_SECRET"].encode()

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok")

    @app.post("/nextcloud/talk")
    def talk() -> Response:
        raw = request.get_data(cache=False)
        random = request.headers["X-Nextcloud-Talk-Random"].encode()
        expected = hmac.new(secret, random + raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, request.headers["X-Nextcloud-Talk-Signature"]):
            return Response(status=401)
        body, now = json.loads(raw), datetime.now(UTC)
        row = {"kind": "said", "stream": "floor", "key": f"floor:{body['object']['id']}", "payload": body}
        with database.write() as db:
            insert_once(db, outbox, row | {"created_at": now, "due_at": now})
        return Response("")

    return app


if __name__ == "__main__":
    sys.exit(web.main(load(), application))
