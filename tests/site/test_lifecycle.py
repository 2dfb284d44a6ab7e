"""The picture of a ticket's life on the page of the policy, as large as its readers need it."""

import pytest

from tests.site.conftest import Open

pytestmark = pytest.mark.browser

# How large each text of the picture is on the screen, in pixels.
SIZES = """[...document.querySelectorAll(".hc-life__picture text")].map((text) =>
  parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"""
COLOURS = """["line", "state", "badge", "number", "name"].map((name) => {
  const style = getComputedStyle(document.querySelector(`.hc-life__${name}`));
  return name === "line" ? style.stroke : style.fill;
})"""


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_text_of_the_picture_is_smaller_than_twelve_pixels(open_page: Open, width: int) -> None:
    page = open_page("support-services/", width=width)
    sizes = page.evaluate(SIZES)
    assert len(sizes) == 4 + 9
    assert min(sizes) >= 12
    box = page.locator(".hc-life__picture").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_its_colours_follow_the_scheme(open_page: Open) -> None:
    light, dark = (open_page("support-services/", color_scheme=scheme).evaluate(COLOURS) for scheme in ("light", "dark"))
    assert all(one != other for one, other in zip(light, dark, strict=True))
    assert "rgb(0, 0, 0)" not in light
