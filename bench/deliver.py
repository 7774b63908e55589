"""`python -m bench.deliver`: a worker's deliverers without its jobs, which would judge everybody's day meanwhile."""

from __future__ import annotations

import signal
import threading

from integration.app import assemble, connect
from integration.deliveries.lanes import Lanes, give_way
from integration.logs import configure
from integration.settings import load


def main() -> None:
    settings = load()
    configure(settings.log_level)
    give_way()
    stop, lanes = threading.Event(), Lanes(connect(assemble(settings)))

    def end(*_: object) -> None:
        stop.set()
        lanes.wake()

    signal.signal(signal.SIGTERM, end)
    running = threading.Thread(target=lanes.run, args=(stop,))
    running.start()
    running.join()


if __name__ == "__main__":
    main()
