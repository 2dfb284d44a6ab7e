"""The templates of formapp/templates/site, with everything escaped that a policy file says."""

from jinja2 import Environment, PackageLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=PackageLoader("formapp", "templates/site"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(name: str, **values: object) -> str:
    """Return the HTML of the template of that name, filled with values."""
    return _TEMPLATES.get_template(f"{name}.html").render(**values)
