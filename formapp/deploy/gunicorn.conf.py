"""gunicorn's settings for the service: `gunicorn --config formapp/deploy/gunicorn.conf.py`."""

import contextlib
import ctypes
import os

from formapp.logs import logging_of

wsgi_app = "formapp.app:wsgi()"
bind = "127.0.0.1:8000"
# One process with many threads: SQLite has one writer anyway. With PostgreSQL, raise `workers`.
worker_class = "gthread"
workers = 1
threads = 32
# glibc gives each thread a heap of its own, and what a file of 5 MB needed once is kept in every one of them: two heaps
# halve the memory of 20 such at once. Other C libraries have no such call, and no such habit.
with contextlib.suppress(AttributeError, OSError):
    ctypes.CDLL(None).mallopt(-8, 2)  # M_ARENA_MAX
timeout = 60
graceful_timeout = 30
keepalive = 5
control_socket_disable = True
# The application logs each request itself, by its route: an access log would hold the tokens in paths.
accesslog = None
# A level that is none is refused by name once the settings are read.
level = os.environ.get("FORMAPP_LOG_LEVEL") or "INFO"
logconfig_dict = logging_of(level if level in ("DEBUG", "INFO", "WARNING", "ERROR") else "INFO")
