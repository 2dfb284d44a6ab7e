"""Pages that show the mails kept as files, in development until an SMTP server is set."""

import re
from email import policy as email_policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import cast

from flask import Blueprint
from flask import Response as FlaskResponse
from werkzeug.exceptions import NotFound

from formapp.web.context import runtime
from formapp.web.guards import require_this_machine
from formapp.web.headers import private
from formapp.web.pages import page

kept_mails = Blueprint("kept_mails", __name__)
NEWEST = 50
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9]{1,19}")
# A mail's HTML has its styles in it, and nothing else may load or run.
_STYLES_ONLY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@kept_mails.get("/dev/mail/")
def list_mails() -> FlaskResponse:
    """Show the newest mails, as their readers would see them; to this machine only, for their links open what is private."""
    require_this_machine()
    mails = []
    for path in sorted(runtime().mail_dir.glob("*.eml"), reverse=True)[:NEWEST]:
        message = _read(path)
        headers = [(name, str(message[name])) for name in ("From", "To", "Reply-To", "Subject", "Date") if message[name]]
        files = ", ".join(part.get_filename() or "a file that was left out" for part in message.iter_attachments())
        headers += [("Attachments", files)] if files else []
        shown = f"{path.stem}.html" if message.get_body(("html",)) else None
        mails.append({"file": path.name, "headers": headers, "text": _said(message, "plain"), "html": shown})
    return page("Mails that would have been sent", "kept_mails.html", mails=mails, folder=runtime().mail_dir)


@kept_mails.get("/dev/mail/<name>.html")
def show_html(name: str) -> FlaskResponse:
    """Show a mail's HTML alone, as a mail program would: nothing in it may load or run; to this machine only."""
    require_this_machine()
    path = runtime().mail_dir / f"{name}.eml"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise NotFound
    answer = FlaskResponse(_said(_read(path), "html"), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = _STYLES_ONLY
    return private(answer)


def _read(path: Path) -> EmailMessage:
    return BytesParser(policy=email_policy.default).parsebytes(path.read_bytes())


def _said(message: EmailMessage, form: str) -> str:
    """Return the mail's text in that form, "plain" or "html"; one that was kept before mails had both may lack it."""
    part = message.get_body((form,))
    return cast(str, part.get_content()) if part else ""
