"""HTML from the templates of formapp/templates, with every value escaped."""

from jinja2 import Environment, PackageLoader, StrictUndefined

_TEMPLATES = Environment(loader=PackageLoader("formapp"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def render(template: str, **values: object) -> str:
    """Return a template's HTML; `template` is its path, like pages/ticket.html."""
    return _TEMPLATES.get_template(template).render(**values)
