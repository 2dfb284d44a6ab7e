"""How the site shows the promise: a Python-Markdown extension that renders `[[policy: …]]`, `[[form: …]]` and `[[page: …]]`."""

from typing import Any

from formapp.publish.extension import PublishExtension


def makeExtension(**options: Any) -> PublishExtension:
    """Return the extension; MkDocs and Zensical find it as `formapp.publish` in `markdown_extensions`."""
    return PublishExtension(**options)
