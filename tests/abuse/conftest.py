"""The application in its small site, as tests/web has it."""

from tests.web.conftest import app, app_with, client, site_dir

__all__ = ["app", "app_with", "client", "site_dir"]
