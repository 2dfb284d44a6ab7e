"""The pages that the backend fills: a form's page, the request page, the error page."""

import re

import pytest

from formapp.forms import FORMS
from tests.site.built_site import BuiltSite
from tests.site.markup import Markup

SWAP = re.compile(r"<!-- helpcentre:swap -->(.*?)<!-- /helpcentre:swap -->", re.DOTALL)


@pytest.mark.parametrize("path", ["contact/ticket/", "your-request/", "404.html"])
def test_a_frame_has_one_part_to_swap_below_its_heading(site: BuiltSite, path: str) -> None:
    html = site.html(path)
    (part,) = SWAP.findall(html)

    assert html.index("</h1>") < html.index("<!-- helpcentre:swap -->")
    assert part.strip()
    assert part.count("<div") == part.count("</div>")


def test_what_is_swapped_on_the_ticket_page_is_the_form(site: BuiltSite) -> None:
    (part,) = SWAP.findall(site.html("contact/ticket/"))

    assert part.strip().startswith("<form")
    assert part.strip().endswith("</form>")
    (form,) = Markup(part).all("form")
    # It posts to its own page's address, so that relative links, Back and refresh behave.
    assert "action" not in form.attributes
    assert form.attributes["method"] == "post"


def test_the_error_page_works_at_any_depth(site: BuiltSite) -> None:
    for element in Markup(site.html("404.html")).elements:
        for name in ("href", "src"):
            address = element.attributes.get(name, "/")
            assert address.startswith(("/", "#", site.url, "data:")), element


def test_no_other_page_has_a_part_to_swap(site: BuiltSite) -> None:
    with_swap = {path for path in site.pages() if "helpcentre:swap" in site.html(path)}

    forms = {f"contact/{slug}/" for slug in FORMS}
    assert with_swap == {*forms, "contact/check/", "your-request/", "404.html"}
