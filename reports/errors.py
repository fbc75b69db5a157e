"""The one error of this room."""


class ReportError(Exception):
    """A release, a registry or a program's choice of measures does not keep its promise.

    Everything this room reads is public, so the message may name tables and values.
    """
