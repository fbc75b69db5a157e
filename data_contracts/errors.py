"""The one error of this room, and how it speaks of a file that does not fit."""

from pydantic import ValidationError


class ContractError(Exception):
    """Somebody's file, code list, source or program directory does not keep its promise.

    The message names columns, rules and files, never a value of a record.
    """


def explain(file: str, error: Exception) -> str:
    """Say in one line which fields of a configuration file are wrong.

    Args:
        file: Name of the file, as the reader knows it.
        error: What pydantic or the constructor said.

    Returns:
        One sentence for every field, without the values.
    """
    if not isinstance(error, ValidationError):
        return f"{file} is not a mapping of fields. See the example in examples/."
    problems = "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'file'}: {item['msg']}"
        for item in error.errors()
    )
    return f"{file} does not fit. {problems}."
