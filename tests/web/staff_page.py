"""A staff page as its reader meets it: where it is, what it offers, and its forms as a browser without JavaScript sends them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from formapp.models import Message, OutgoingMail, Ticket, TicketEvent
from formapp.runtime import Runtime
from formapp.services.staff_links import StaffLinks, staff_links
from tests.requests import with_files
from tests.site.markup import Element, Markup
from tests.web.form_page import FormPage

# Who has the links here; the tickets are lived with another.
KIM = "kim@paypaplane.example"
# What can be done on every ticket, and on one that is not finished.
ALWAYS = {"note", "heard"}
WORKING = ALWAYS | {"reply", "resolve", "reclassify", "junk"}
Place = Callable[[int], str]
ACTS = ("escalation", "reply", "reopen", "resolve", "note", "heard", "reclassify", "believe", "junk")


def links_of(runtime: Runtime, address: str | None = KIM, at: datetime | None = None) -> StaffLinks:
    with runtime.database.transaction() as session:
        return staff_links(session, runtime.desk, at or runtime.now(), address)


def path_of(runtime: Runtime, url: str) -> str:
    return url.removeprefix(runtime.settings.base_url)


def ticket_path(runtime: Runtime, number: int, **made: Any) -> str:
    return path_of(runtime, links_of(runtime, **made).ticket_url(number))


def queue_path(runtime: Runtime, **made: Any) -> str:
    return path_of(runtime, links_of(runtime, **made).queue_url())


PLACES: Mapping[str, Callable[[Runtime], Place]] = {
    "by its own link": lambda runtime: lambda number: ticket_path(runtime, number),
    "in the queue": lambda runtime: lambda number: f"{queue_path(runtime)}tickets/{number}/",
}


class StaffPage(FormPage):
    """A ticket's page: its acts, and each one's fields."""

    def __init__(self, answer: TestResponse) -> None:
        self.status = answer.status_code
        super().__init__(answer.text)

    @property
    def acts(self) -> set[str]:
        return {self._hidden(form, "act") for form in self.all("form")} & set(ACTS)

    def form(self, act: str) -> Element:
        (found, *_) = [form for form in self.all("form") if self._hidden(form, "act") == act]
        return found

    def sent_by(self, act: str) -> dict[str, Any]:
        """Return what the form would send as it is."""
        form = self.form(act)
        sent: dict[str, Any] = {}
        for one in self.all("input", "textarea", "select"):
            name, kind = one.attributes.get("name"), one.attributes.get("type")
            if form not in one.ancestors or not name or kind == "file" or (kind == "radio" and "checked" not in one.attributes):
                continue
            sent[name] = self._value(one)
        return sent

    def says(self, words: str) -> bool:
        return any(words in one.words for one in self.all("main"))

    @property
    def history(self) -> list[str]:
        return [one.words for one in self.all("li") if "hc-log-entry" in one.attributes.get("class", "").split()]

    @property
    def done(self) -> str:
        (notice,) = [one for one in self.all("p") if one.attributes.get("id") == "done"]
        assert notice.attributes["role"] == "status"
        return notice.words

    def _hidden(self, form: Element, name: str) -> str:
        values = [one.attributes["value"] for one in self.all("input") if one.attributes.get("name") == name and form in one.ancestors]
        return values[0] if values else ""


def assert_only_cookie_is_a_pass(answer: TestResponse) -> None:
    """The one cookie that there is opens doors; it names nobody, and no script and no other site's form can use it."""
    (kept,) = answer.headers.getlist("Set-Cookie")
    value, *terms = kept.split("; ")
    assert value.startswith("staff=")
    assert "example" not in value
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=2592000"} <= set(terms)
    assert not any(term.startswith("Domain") for term in terms)


def opened(client: FlaskClient, path: str) -> StaffPage:
    page = StaffPage(client.get(path))
    assert page.status == 200, page.title
    return page


def act(
    client: FlaskClient,
    path: str,
    name: str,
    files: Mapping[str, bytes] | None = None,
    page: StaffPage | None = None,
    kept: Sequence[str] = (),
    **fields: str,
) -> TestResponse:
    """Fill in a form of the page and send it; `page` is the one it was opened on, where that is not the newest."""
    sent = (page or opened(client, path)).sent_by(name) | fields
    headers = {"Sec-Fetch-Site": "same-origin"}
    if name in ("reply", "reopen"):
        sent.pop("kept_file", None)
        return client.post(path, **with_files(sent, files, kept), headers=headers)
    return client.post(path, data=sent, headers=headers)


def events(runtime: Runtime, number: int) -> list[TicketEvent]:
    with runtime.database.reading() as session:
        return list(session.scalars(select(TicketEvent).where(TicketEvent.ticket_number == number).order_by(TicketEvent.id)))


def stored(runtime: Runtime, number: int) -> Ticket:
    with runtime.database.reading() as session:
        ticket = session.get_one(Ticket, number)
        session.expunge(ticket)
        return ticket


def last_message(runtime: Runtime) -> tuple[str, str, str, str | None]:
    """Return the kind, the channel, the text and the author of what was written last."""
    with runtime.database.reading() as session:
        found = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
        return found.kind, found.channel, found.text, found.author


def mails(runtime: Runtime, number: int) -> list[tuple[str, str]]:
    """Return the purpose and the recipient of a ticket's mails, oldest first."""
    with runtime.database.reading() as session:
        wanted = select(OutgoingMail.purpose, OutgoingMail.recipient).where(OutgoingMail.ticket_number == number).order_by(OutgoingMail.id)
        return [(purpose, recipient) for purpose, recipient in session.execute(wanted)]


def texts_of(html: str, tag: str) -> list[str]:
    """Return what stands inside the elements of a kind, to the character."""
    return ["".join(one.text) for one in Markup(html).all(tag)]
