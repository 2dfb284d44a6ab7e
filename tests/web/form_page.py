"""A page with a form, as somebody reads it who sees it, hears it, or sends it."""

import re

from tests.site.markup import Element, Markup

# What a message never says (GOV.UK): it helps, and neither pleads nor scolds.
FORBIDDEN_WORDS = re.compile(r"\b(please|sorry|in?valid|forbidden|oops|errors?|required|failed|wrong)\b", re.IGNORECASE)
SAYS_WHAT_TO_DO = re.compile(
    r"^(Enter|Select) | must (be|have) |: (choose|save|print|make|remove|add it again)|, or choose another$|: remove \d$"
)


class FormPage(Markup):
    """What a page's form asks and holds; `html` is the whole answer."""

    def __init__(self, html: str) -> None:
        self.html = html
        super().__init__(html)
        self.ids = [one.attributes["id"] for one in self.elements if "id" in one.attributes]

    @property
    def title(self) -> str:
        return self.all("title")[0].words

    @property
    def fields(self) -> dict[str, list[str]]:
        """What the form would send, were its last button pressed: like a browser, radio buttons and boxes only where they are chosen."""
        sent: dict[str, list[str]] = {}
        for one in self.all("input", "textarea", "select"):
            name, kind = one.attributes.get("name"), one.attributes.get("type")
            if not name or kind == "file" or (kind in ("radio", "checkbox") and "checked" not in one.attributes):
                continue
            sent.setdefault(name, []).append(self._value(one))
        return sent

    def _value(self, control: Element) -> str:
        if control.tag == "textarea":
            # A parser takes the first newline for the markup's.
            return "".join(control.text).removeprefix("\n")
        if control.tag == "select":
            options = [one for one in self.all("option") if control in one.ancestors]
            chosen = [one for one in options if "selected" in one.attributes] or options[:1]
            return chosen[0].attributes["value"]
        return control.attributes.get("value", "")

    @property
    def questions(self) -> dict[str, object]:
        """What is asked: names, labels, hints and choices, without any answer."""
        controls = [one for one in self.all("input", "textarea", "select") if one.attributes.get("name") != "kept_file"]
        return {
            "names": [(one.tag, one.attributes.get("name"), one.attributes.get("type")) for one in controls],
            "labels": [one.words for one in self.all("label", "legend", "h2") if one.words != "There is a problem"],
            "hints": [
                (one.attributes["id"], one.words) for one in self.all("p") if one.attributes.get("id", "").endswith(("-hint", "-limit"))
            ],
            "choices": [one.words for one in self.all("option")],
            "buttons": [one.words for one in self.all("button") if one.attributes.get("name") != "remove_file"],
        }

    @property
    def kept_files(self) -> list[str]:
        """The names of the files that the form holds."""
        return [one.words for one in self.all("span") if one.attributes.get("class") == "hc-kept-file__name"]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """The summary's links: the id that each leads to, and its words."""
        (summary,) = [one for one in self.all("div") if "data-hc-error-summary" in one.attributes]
        links = [one for one in self.all("a") if summary in one.ancestors]
        return [(one.attributes["href"].removeprefix("#"), one.words) for one in links]

    def messages_at(self, field: str) -> list[str]:
        """The messages that stand at a field, with the word that only a screen reader says before each."""
        (holder,) = [one for one in self.elements if one.attributes.get("id") == f"{field}-error"]
        return [one.words for one in self.all("p") if one is holder or holder in one.ancestors]

    def control(self, id: str) -> Element:
        (found,) = [one for one in self.elements if one.attributes.get("id") == id]
        return found

    def check_hygiene(self) -> None:
        """Whatever a form's page says: its ids, its labels, and nothing that a browser would check by itself."""
        assert len(self.ids) == len(set(self.ids))
        (form,) = self.all("form")
        assert "novalidate" in form.attributes
        controls = self.all("input", "textarea", "select")
        for one in controls:
            assert not {"required", "maxlength", "minlength", "pattern", "placeholder"} & one.attributes.keys()
            for described in one.attributes.get("aria-describedby", "").split():
                assert described in self.ids
        labelled = {one.attributes.get("for") for one in self.all("label")}
        assert all(one.attributes["id"] in labelled for one in controls if one.attributes.get("type") != "hidden")

    def check_errors(self) -> None:
        """A2 to A7: the title, the summary, its links, the same words at the field, and what a screen reader is told."""
        assert self.title.startswith("Error: ")
        self._check_summary()
        wrong = {id.removesuffix("-0") for id, _ in self.problems}
        for field in wrong:
            at_field = self.messages_at(field)
            assert at_field == [f"Error: {words}" for id, words in self.problems if id.removesuffix("-0") == field]
            self._check_field(field)
        # The summary is in the order of the page, and nothing else is marked.
        assert [id for id in self.ids if id in {id for id, _ in self.problems}] == list(dict.fromkeys(id for id, _ in self.problems))
        assert {one.attributes["id"] for one in self.elements if one.attributes.get("aria-invalid")} <= wrong
        for _, words in self.problems:
            assert not FORBIDDEN_WORDS.search(words.partition(": ")[2] or words), words
            assert SAYS_WHAT_TO_DO.search(words), words

    def _check_summary(self) -> None:
        (summary,) = [one for one in self.all("div") if "data-hc-error-summary" in one.attributes]
        assert summary.attributes["tabindex"] == "-1"
        (alert,) = [one for one in self.all("div") if one.ancestors[-1:] == (summary,)]
        assert alert.attributes["role"] == "alert"
        headings = self.all("h1", "h2")
        assert (headings[0].words, headings[0].ancestors[-1], headings[1].tag) == ("There is a problem", alert, "h1")
        (main,) = self.all("main")
        assert summary.ancestors[-1] is main
        assert self.problems

    def _check_field(self, field: str) -> None:
        first = self.control(field if field in self.ids else f"{field}-0")
        if first.attributes.get("type") in ("radio", "checkbox"):
            (owner,) = [one for one in first.ancestors if one.tag == "fieldset"]
            assert [one for one in self.all("input") if owner in one.ancestors][0] is first
        else:
            owner = first
            assert first.attributes["aria-invalid"] == "true"
        assert f"{field}-error" in owner.attributes["aria-describedby"].split()
        # After label and hint, before the control.
        message, control = self.elements.index(self.control(f"{field}-error")), self.elements.index(first)
        assert message < control
        if f"{field}-hint" in self.ids:
            assert self.elements.index(self.control(f"{field}-hint")) < message
