"""Say what keeps a file from being YAML, and in which line. Read with **configuration**."""

import codecs
import re
from collections.abc import Iterator

import yaml

from data_contracts.errors import ContractError

_MARKS = {  # the longer ones first: the mark of UTF-16 is the beginning of one of UTF-32
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_INDENT = re.compile(r"\s*")
_AS_UTF8 = "Save the file as UTF-8."
_NO_COLON = (
    "a field is `name: value`, and here no colon follows. What stands after ` #` is a comment; put "
    "a name with # in quotes."
)
_QUOTE = "put the whole text in quotes"


def decode(found: bytes, *, name: str) -> str:
    """Read a file's bytes as UTF-8, with or without a byte order mark.

    Args:
        found: The bytes.
        name: Name of the file, for messages.

    Returns:
        The text.

    Raises:
        ContractError: It is in another encoding; the line of the first odd byte is named.
    """
    for mark, encoding in _MARKS.items():
        if found.startswith(mark):
            raise ContractError(f"{name}, line 1: the file is in {encoding}. {_AS_UTF8}")
    try:
        text = found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = found.count(b"\n", 0, error.start) + 1
        begin = found.rfind(b"\n", 0, error.start) + 1
        column = len(found[begin : error.start].decode("utf-8", "replace")) + 1
        raise ContractError(
            f"{name}, line {line}, column {column}: the file is not in UTF-8, perhaps in Latin-1 "
            f"or Windows-1252. {_AS_UTF8}"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ContractError(
            f"{name}, line {line}: the file is no text, or in UTF-16 without its mark. {_AS_UTF8}"
        )
    return text


def refuse_tabs(text: str, *, name: str) -> None:
    """Refuse lines that are indented with something else than spaces.

    Raises:
        ContractError: There is one; the first is named.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        indent = _INDENT.match(line)
        if line.strip() and indent and (odd := indent[0].replace(" ", "")):
            what = "a tab" if "\t" in odd else f"a blank that is no space (U+{ord(odd[0]):04X})"
            raise ContractError(
                f"{name}, line {number}: the line is indented with {what}. Use spaces."
            )


def explain_syntax(error: yaml.YAMLError, text: str, *, name: str) -> str:
    """Say in one line what keeps a text from being YAML, and how to mend it.

    Args:
        error: What the parser said.
        text: The text.
        name: Name of the file.

    Returns:
        One line with file, line, column, reason and cure.
    """
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return f"{name}, line {line}: an invisible mark of control stands there. Take it out."
    if not isinstance(error, yaml.MarkedYAMLError):
        return f"{name} is not readable YAML. Mend the file."
    lines = text.splitlines()
    mark, said = _quoted_too_far(error, text) or _explain(error, lines)
    if mark is None:
        return f"{name}: {said}"
    line = min(mark.line, max(len(lines) - 1, 0))
    column = mark.column + 1 if line == mark.line else len(lines[line]) + 1
    return f"{name}, line {line + 1}, column {column}: {said}"


def _quoted_too_far(error: yaml.MarkedYAMLError, text: str) -> tuple[yaml.Mark, str] | None:
    """Find a quotation mark that closes only in a later line, where another text was to begin."""
    found = None
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.ScalarToken) and token.style in {"'", '"'}:
                begun, ended = token.start_mark, token.end_mark
                late = error.problem_mark is not None and ended.line == error.problem_mark.line
                found = begun if late and begun.line < ended.line else found
    except yaml.YAMLError:
        pass
    return (found, "a quotation mark opens here and is not closed. Close it.") if found else None


def _explain(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[yaml.Mark | None, str]:
    """Choose the mark that people should look at, and the words."""
    problem, mark, began = error.problem or "", error.problem_mark, error.context_mark
    here = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "mapping values are not allowed" in problem and (above := _without_colon(mark, lines)):
        return above, _NO_COLON
    for known, said, where in _known(here, mark, began):
        if known in problem:
            return where, said
    if "expected ',' or" in problem or "flow" in (error.context or ""):
        return began or mark, (
            "a bracket opens here and is not closed, or a comma is missing in it. Close it; text "
            "with commas, colons or brackets is put in quotes."
        )
    if "expected <block end>" in problem:
        if "block mapping start" in problem or "block sequence start" in problem or "-" in problem:
            return mark, "the line is not indented like its neighbours. Indent it as they are."
        return mark, f"something follows a value that has ended; {_QUOTE}."
    return mark, f"this is not YAML; indent with spaces, and {_QUOTE} where it has marks."


def _without_colon(mark: yaml.Mark | None, lines: list[str]) -> yaml.Mark | None:
    """Find the line above that is no field, so that this one seems to go on with it."""
    if mark is None or re.search(r":\s", lines[mark.line][: mark.column]):
        return None
    for number in range(mark.line - 1, -1, -1):
        said = re.sub(r"(^|\s)#.*", "", lines[number]).strip()
        if said:
            odd = ":" not in said and not said.startswith(("-", "]", "}"))
            column = len(lines[number]) - len(lines[number].lstrip())
            return yaml.Mark("", 0, number, column, None, 0) if odd else None
    return None


def _known(
    here: str, mark: yaml.Mark | None, began: yaml.Mark | None
) -> Iterator[tuple[str, str, yaml.Mark | None]]:
    """List what parsers say, what it means to people, and the mark to show."""
    before = here[: mark.column] if mark else ""
    colon = (
        f"the text has a second colon; {_QUOTE}."
        if re.search(r":\s", before)
        else "the line is indented further than its neighbours, or a text of several lines has a "
        f"colon. Indent it as they are, or {_QUOTE}."
    )
    yield "mapping values are not allowed", colon, mark
    yield "could not find expected ':'", _NO_COLON, began or mark
    yield "found unexpected end of stream", "a quotation mark is not closed. Close it.", began
    yield "found unexpected document", "a quotation mark is not closed. Close it.", began
    yield "found unknown escape", "a backslash in double quotes. Use single quotes.", mark
    yield "expected escape sequence", "a backslash in double quotes. Use single quotes.", mark
    if mark and here[mark.column : mark.column + 1] == "\t":
        yield "cannot start any token", "a tab stands there. Use spaces.", mark
    yield "cannot start any token", f"no text begins with this mark; {_QUOTE}.", mark
    yield "found undefined alias", f"the name after `*` is not known here; {_QUOTE}.", mark
    yield "expected alphabetic or numeric", f"`*` and `&` begin a name; {_QUOTE}.", mark
    yield "expected a single document", "", None
    yield (
        "but found another document",
        ("a second document begins here with `---`. Keep one in a file."),
        mark,
    )
    yield "found duplicate anchor", "two anchors have this name. Rename one.", mark
    yield "could not determine a constructor", f"`!` begins a kind of value; {_QUOTE}.", mark
    yield "found undefined tag handle", f"`!` begins a kind of value; {_QUOTE}.", mark
    yield "expected URI", f"`!` begins a kind of value; {_QUOTE}.", mark
