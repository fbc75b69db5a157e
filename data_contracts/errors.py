"""The one error of this room."""


class ContractError(Exception):
    """Somebody's file, code list, source or program directory does not keep its promise.

    The message names columns, rules and files, never a value of a record.
    """
