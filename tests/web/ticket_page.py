"""The page of a ticket as its customer reads it and acts on it."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from formapp.runtime import Runtime
from tests.requests import with_files
from tests.site.markup import Element
from tests.web.form_page import FormPage


class TicketPage(FormPage):
    """What a page shows beside its form."""

    @property
    def heading(self) -> str:
        return self.all("h1")[0].words

    @property
    def panel(self) -> str:
        return self.of_class("hc-panel").words

    @property
    def entries(self) -> list[str]:
        """The lines of the timeline in words."""
        (timeline,) = [one for one in self.all("ol") if one.attributes.get("class") == "hc-timeline"]
        return [one.words for one in self.all("li") if one.ancestors[-1] is timeline]

    @property
    def buttons(self) -> dict[str, str]:
        """What each button of the form does, by what it says."""
        return {one.words: one.attributes["value"] for one in self.all("button") if one.attributes.get("name") == "act"}

    @property
    def done(self) -> str:
        """What is said after an act, empty where nothing is."""
        said = [one for one in self.all("p") if one.attributes.get("role") == "status" and "hc-done" in one.attributes.get("class", "")]
        return said[0].words if said else ""

    @property
    def files(self) -> dict[str, str]:
        """The addresses of the files that can be downloaded, by what their links say."""
        return {one.words: one.attributes["href"] for one in self.all("a") if "/files/" in one.attributes.get("href", "")}

    def of_class(self, name: str) -> Element:
        return next(self._of_class(name))

    def _of_class(self, name: str) -> Iterator[Element]:
        return (one for one in self.elements if name in one.attributes.get("class", "").split())


def path_of(runtime: Runtime, number: int) -> str:
    return runtime.links.ticket_path(number)


def read(client: FlaskClient, path: str) -> TicketPage:
    answer = client.get(path)
    assert answer.status_code == 200
    return TicketPage(answer.text)


def press(
    client: FlaskClient, path: str, act: str, text: str = "", files: Mapping[str, bytes] | None = None, **fields: Any
) -> TestResponse:
    """Open the page, write something, choose files and press a button, as a browser without JavaScript does it."""
    page = read(client, path)
    sent: dict[str, Any] = {name: values[0] for name, values in page.fields.items() if name != "kept_file"}
    kept = page.fields.get("kept_file", [])
    return client.post(path, **with_files(sent | {"text": text, "act": act} | fields, files, kept))
