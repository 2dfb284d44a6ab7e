"""Articles in the small site of the tests, and a reader who answers under them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse, encode_multipart

from formapp.models import Feedback, Vote
from formapp.runtime import Runtime
from tests.site.markup import Element
from tests.web.conftest import PAGE
from tests.web.form_page import FormPage

URL = "/feedback/"
PATH = "articles/payments/refunds/"
REVISION, COMMIT = "0123456789ab", "c" * 40
OLD_REVISION = "ba9876543210"
# Of a title that is markup, were it not escaped; and one that was built without a revision.
ARTICLES = {
    "refunds": (PATH, "Refund a payment", f' data-revision="{REVISION}" data-commit="{COMMIT}"'),
    "invoices": ("articles/payments/invoices/", "Invoices &amp; &lt;b&gt;quotes&lt;/b&gt;", f' data-revision="{OLD_REVISION}"'),
    "payouts": ("articles/payments/payouts/", "Payouts", ""),
}


@pytest.fixture(autouse=True)
def articles(site_dir: Path) -> Path:
    """Put the articles into the small site before an application reads it; return the folder of the site."""
    for id, (path, title, rest) in ARTICLES.items():
        file = site_dir / path / "index.html"
        file.parent.mkdir(parents=True)
        html = PAGE.format(title=title, content="").replace("</head>", f'<meta name="helpcentre:article" content="{id}"{rest}></head>')
        file.write_text(html, encoding="utf-8")
    return site_dir


def from_(address: str, browser: str = "Firefox") -> dict[str, object]:
    return {"environ_base": {"REMOTE_ADDR": address}, "headers": {"User-Agent": browser}}


def vote(client: FlaskClient, helpful: str = "no", sender: Mapping[str, object] | None = None, **fields: str) -> TestResponse:
    """Press Yes or No under the article about refunds, unless the fields say otherwise."""
    given = {"article": "refunds", "revision": REVISION, "heading": "", "search_words": "", "vote": "", "helpful": helpful}
    return client.post(URL, data=given | fields, **(sender or {}))  # type: ignore[arg-type]


def page_after(client: FlaskClient, helpful: str = "no", **fields: str) -> str:
    """Vote and return the address of the page that goes on."""
    answer = vote(client, helpful, **fields)
    assert answer.status_code == 303
    return answer.location


COMMENT = {
    "reasons": "difficult",
    "comment": "What is a ledger?",
    "email": "ann@example.net",
    "proof": "",
    "seconds": "",
    "leave_empty": "",
}


def comment(**changes: object) -> dict[str, object]:
    """Return what a reader sends who was not helped."""
    return COMMENT | changes


def votes(runtime: Runtime) -> list[Vote]:
    with runtime.database.reading() as session:
        return list(session.scalars(select(Vote).order_by(Vote.id)))


def counting(runtime: Runtime) -> list[Vote]:
    """Return the votes that count."""
    return [one for one in votes(runtime) if one.set_aside_because is None]


def feedback(runtime: Runtime) -> list[Feedback]:
    """Return everything that readers added, each with its reasons."""
    with runtime.database.reading() as session:
        found = list(session.scalars(select(Feedback).order_by(Feedback.number)))
        for one in found:
            assert one.reasons is not None
        return found


def body_of(page: FormPage) -> Element:
    """Return the one element that a browser with JavaScript puts into the article's own page."""
    (body,) = [one for one in page.all("div") if "data-hc-feedback-body" in one.attributes]
    return body


def said(page: FormPage) -> str:
    (paragraph,) = [one for one in page.all("p") if "data-hc-feedback-said" in one.attributes]
    assert body_of(page) in paragraph.ancestors
    return paragraph.words


def token_of(location: str) -> str:
    return location.rpartition("/")[2]


THANKS = {
    "yes": "That’s great! Thank you for your feedback.",
    "no": "Sorry this article did not help. Thank you for telling us.",
}
SENT = "Feedback sent. We’ll use it to improve this article."
SENT_PRAISE = "Feedback sent. We’ll pass it on to whoever looks after this article."
# An answer to what was posted, which the browser's Back may show again.
KEPT_BY_ITS_BROWSER = "private, no-cache"


def in_parts(fields: dict[str, Any]) -> dict[str, object]:
    # Encoded here: the client itself would leave a temporary file open.
    boundary, body = encode_multipart(fields)
    return {"data": body, "content_type": f'multipart/form-data; boundary="{boundary}"'}
