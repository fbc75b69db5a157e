"""The errors of this room."""


class PrivacyError(Exception):
    """Going on would break the privacy promise, so nothing was drawn and nothing was spent.

    The message names tables, columns and files, never a value of a record.
    """


class BudgetError(PrivacyError):
    """A release would cost more than the fiscal year has left."""
