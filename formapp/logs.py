"""Logs as JSON lines on standard error, ours and the libraries' alike; never an address, a token or a customer's words."""

import logging.config
from typing import Any

import structlog

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_logs(level: str) -> None:
    """Send every logger's lines through one renderer; `level` is a name like INFO."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    logging.config.dictConfig(logging_of(level))


def logging_of(level: str) -> dict[str, Any]:
    """Return the configuration of the standard library's logging, which gunicorn takes as well."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": json_formatter}},
        "filters": {"without_request_lines": {"()": _WithoutRequestLines}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["without_request_lines"]}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            "alembic": {"level": "WARNING"},  # it speaks up each time the schema is looked at
            "gunicorn.error": {"level": level, "handlers": [], "propagate": True},
            "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": False},
        },
    }


class _WithoutRequestLines(logging.Filter):
    """Drops gunicorn's complaints about malformed requests: they quote the request line, which can hold a token."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.name == "gunicorn.error" and str(record.msg).startswith("Invalid request"))


def json_formatter() -> structlog.stdlib.ProcessorFormatter:
    """Return the formatter that turns any record into one line of JSON."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
