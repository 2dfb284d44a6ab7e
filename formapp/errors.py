"""The one base class of the errors that this package raises on purpose."""


class HelpCentreError(Exception):
    """Something a person can mend; the message says what is wrong and what to do."""
