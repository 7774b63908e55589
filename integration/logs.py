"""Structured logs: JSON lines on standard error. What people wrote never goes into them."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(level: str = "INFO", *, pretty: bool = False) -> None:
    """`pretty` is for a terminal; the default is one JSON object a line."""
    last: structlog.types.Processor = structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
