"""A page that lists the mails kept as files, in development until an SMTP server is set."""

from email import policy as email_policy
from email.parser import BytesParser

from flask import Blueprint
from flask import Response as FlaskResponse

from formapp.web.context import runtime
from formapp.web.guards import require_this_machine
from formapp.web.pages import page

kept_mails = Blueprint("kept_mails", __name__)
NEWEST = 50


@kept_mails.get("/dev/mail/")
def list_mails() -> FlaskResponse:
    """Show the newest mails, as their readers would see them; to this machine only, for their links open what is private."""
    require_this_machine()
    parser = BytesParser(policy=email_policy.default)
    mails = []
    for path in sorted(runtime().mail_dir.glob("*.eml"), reverse=True)[:NEWEST]:
        message = parser.parsebytes(path.read_bytes())
        headers = [(name, str(message[name])) for name in ("From", "To", "Reply-To", "Subject", "Date") if message[name]]
        mails.append({"file": path.name, "headers": headers, "text": message.get_content()})
    return page("Mails that would have been sent", "kept_mails.html", mails=mails, folder=runtime().mail_dir)
