"""What every form carries that people never see."""

from wtforms import Form, HiddenField, StringField

from formapp.forms.fields import clean_line

# Nobody reads a form, answers it and sends it in less; seconds.
FASTEST = 3


class UnseenFields(Form):
    """What the browser adds by itself, and what tells a program from a person."""

    proof = HiddenField(filters=[clean_line])
    seconds = HiddenField(filters=[clean_line])
    # Programs fill this in, people never see it; what is caught is looked at, not thrown away.
    leave_empty = StringField("Leave this field empty", filters=[clean_line])

    @property
    def looks_automatic(self) -> str | None:
        """Why it looks as if a program had filled the form in; None when it does not."""
        return "the hidden field was filled in" if self.leave_empty.data else None

    @property
    def looks_hasty(self) -> str | None:
        """Why it looks as if nobody had read it first; None when it does not, or when nobody knows."""
        seconds = self.seconds.data or ""
        if seconds.isascii() and seconds.isdigit() and len(seconds) < 9 and int(seconds) < FASTEST:
            return f"the form was sent within {FASTEST} seconds of being opened"
        return None
