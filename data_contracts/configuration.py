"""Read a configuration file: the one door for all YAML that a person writes.

bytes -> **document** (values, each with its line) -> model. YAML is read as people mean it: what
one reader takes for a number, another for text, a third for a truth value is refused and named.
Whatever does not fit is said in one line with its file, line, field and cure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from data_contracts.errors import ContractError
from data_contracts.misfits import Place, Problem, is_shape, say_misfits
from data_contracts.syntax import decode, explain_syntax, refuse_tabs

Model = TypeVar("Model", bound=BaseModel)

MOST_VALUES = 200_000  # of one file, each as often as an alias repeats it
MOST_DEEP = 50
_KEPT = 512  # documents that are kept parsed, by their bytes

_TRUE, _FALSE = {"true", "True", "TRUE"}, {"false", "False", "FALSE"}
_SPOKEN = {"yes": True, "on": True, "no": False, "off": False}  # as YAML 1.1 has it
_NOTHING = {"", "~", "null", "Null", "NULL"}
_WHOLE = re.compile(r"[-+]?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9]\d*)?\.\d+|[-+]?\d+\.\d*[eE][-+]\d+")
_GROUPED = re.compile(r"[-+]?[1-9]\d{0,2}\.\d{3}")
_MERGE = "<<"
_OUR_TAGS = re.compile(r"tag:yaml\.org,2002:\w+")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands in its file, and how it is written there; no text for what is nested."""

    line: int
    text: str | None = None
    quoted: bool = False
    inside: Mapping[str, "Spot"] | None = None


@dataclass(frozen=True)
class Document:
    """What one configuration file says, and where it says it."""

    name: str
    content: Mapping[str, object]
    top: Spot

    def spot(self, place: Place) -> tuple[Spot, tuple[str, ...]]:
        """Find a value by its keys; parts that are no key, as names of shapes, are passed over.

        Returns:
            The spot, and the keys that lead to it, as far as the file has them.
        """
        spot, keys = self.top, []
        for part in place:
            found = (spot.inside or {}).get(str(part))
            if found is not None:
                spot = found
                keys.append(str(part))
        return spot, tuple(keys)

    def say(self, problem: Problem) -> str:
        """Write a problem in one line, beginning with file and line."""
        place, said = problem
        spot, _ = self.spot(place)
        field = ".".join(str(part) for part in place if not is_shape(part))
        return f"{self.name}, line {spot.line}{f', {field}' if field else ''}: {said}"

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Refuse the file if there is any problem; each is one line of the message.

        Raises:
            ContractError: There is at least one.
        """
        if said := list(dict.fromkeys(map(self.say, problems))):
            raise ContractError("\n".join(said))

    def fit(self, model: type[Model], /, *, also: Iterable[Problem] = (), **known: object) -> Model:
        """Hold the file against its form.

        Args:
            model: The form.
            also: What else is wrong with it, told where the form finds nothing wrong.
            known: Fields that the file does not say itself, as its own folder.

        Returns:
            What the file says.

        Raises:
            ContractError: Something does not fit; every field that does not is a line.
        """
        problems: list[Problem] = [
            ((key,), "no field of this file") for key in known if key in self.content
        ]
        try:
            found = model.model_validate({**self.content, **known})
        except ValidationError as error:
            problems += say_misfits(error, self, model)
            found = None
        told, more = {self.spot(place)[1] for place, _ in problems}, []
        for place, said in also:
            keys = self.spot(place)[1]
            if keys not in told:
                more.append((place, said))
                above = {keys[:end] for end in range(len(keys))}  # judged by an unclear value
                problems = [one for one in problems if self.spot(one[0])[1] not in above]
        self.refuse([*problems, *more])
        if found is None:
            raise ContractError(f"{self.name} does not fit.")
        return found

    def twofold(self) -> Iterator[Problem]:
        """Find numbers that read as thousands in one country and as a fraction in another."""
        yield from _twofold(self.top, ())


def read_configuration(path: Path, *, name: str | None = None, words: bool = False) -> Document:
    """Read a configuration file.

    Args:
        path: The file.
        name: What messages call it, as `sources/calls.yaml`; the file's own name otherwise.
        words: Whether every value is text, so that Yes, No and 007 stay the words of a feed.

    Returns:
        Its values and where they stand.

    Raises:
        ContractError: It cannot be read, or says something twice or in a way that has two meanings.
    """
    try:
        found = path.read_bytes()
    except OSError:
        raise ContractError(
            f"{name or path.name} cannot be opened. See that it is a file that you may read."
        ) from None
    return parse_configuration(found, name=name or path.name, words=words)


@lru_cache(maxsize=_KEPT)
def parse_configuration(found: bytes, *, name: str, words: bool = False) -> Document:
    r"""Parse the bytes of a configuration file; see `read_configuration`.

    >>> parse_configuration(b"rho: 0.1", name="privacy.yaml").content
    {'rho': 0.1}
    >>> parse_configuration(b"rho: 0.1\nrho: 0.2", name="p.yaml")
    Traceback (most recent call last):
    data_contracts.errors.ContractError: p.yaml, line 2, rho: said in line 1 already. Keep one.
    """
    text = decode(found, name=name)
    refuse_tabs(text, name=name)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ContractError(explain_syntax(error, text, name=name)) from None
    except RecursionError:
        raise ContractError(f"{name} is nested too deeply. Write it flat.") from None
    if node is None or (isinstance(node, yaml.ScalarNode) and node.value == ""):
        raise ContractError(
            f"{name}, line 1: the file is empty. Write its fields as in examples/, or take it away."
        )
    if not isinstance(node, yaml.MappingNode):
        raise ContractError(
            f"{name}, line {node.start_mark.line + 1}: a mapping of fields is expected, "
            "`field: value`. See the example in examples/."
        )
    _Sizes(name).hold(node)
    builder = _Builder(words=words)
    content, top = builder.build(node, ())
    document = Document(name, content if isinstance(content, dict) else {}, top)
    if builder.problems:
        raise ContractError("\n".join(dict.fromkeys(builder.tell(name))))
    return document


class _Sizes:
    """Refuse anchors that repeat each other until no memory is left, or that hold themselves."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._known: dict[int, int] = {}

    def hold(self, node: yaml.Node, above: tuple[int, ...] = ()) -> int:
        """Count the values of a node, each as often as it is repeated."""
        line = node.start_mark.line + 1
        if id(node) in above:
            raise ContractError(f"{self._name}, line {line}: an anchor holds itself. Write it out.")
        if len(above) > MOST_DEEP:
            raise ContractError(f"{self._name}, line {line}: nested too deeply. Write it flat.")
        if id(node) not in self._known:
            inside = [*above, id(node)]
            self._known[id(node)] = 1 + sum(
                self.hold(child, tuple(inside)) for child in _children(node)
            )
        if self._known[id(node)] > MOST_VALUES:
            raise ContractError(
                f"{self._name}, line {line}: with all its aliases the file has more than "
                f"{MOST_VALUES:,} values. Write out what is meant."
            )
        return self._known[id(node)]


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


class _Builder:
    """Turn nodes into plain values, and note where each stands."""

    def __init__(self, *, words: bool) -> None:
        self._words = words
        self.problems: list[tuple[int, str, str]] = []

    def tell(self, name: str) -> Iterator[str]:
        """Write every problem in one line."""
        for line, field, said in self.problems:
            yield f"{name}, line {line}{f', {field}' if field else ''}: {said}"

    def build(self, node: yaml.Node, at: tuple[str, ...]) -> tuple[object, Spot]:
        """Build a node and all within it."""
        line = node.start_mark.line + 1
        if not _OUR_TAGS.fullmatch(node.tag):
            self._note(line, at, "`!` begins a kind of value. Put the whole text in quotes.")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            pairs = [self.build(one, (*at, str(i))) for i, one in enumerate(node.value)]
            inside = {str(i): spot for i, (_, spot) in enumerate(pairs)}
            return [value for value, _ in pairs], Spot(line, inside=inside)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node), Spot(line, node.value, quoted=node.style is not None)
        return None, Spot(line)

    def _mapping(self, node: yaml.MappingNode, at: tuple[str, ...]) -> tuple[object, Spot]:
        content: dict[object, object] = {}
        merged: dict[object, object] = {}
        inside: dict[str, Spot] = {}
        lines: dict[str, int] = {}
        before = ""
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._note(line, at, "a name of a field is expected, not a list or a mapping")
                continue
            within = (*at, key.value)
            if key.value in lines:
                self._note(line, within, f"said in line {lines[key.value]} already. Keep one.")
                continue
            lines[key.value] = line
            if key.value == _MERGE and key.style is None:
                self._merge(value, at, merged, inside)
                continue
            self._halves(key, value, (*at, before))
            before = key.value
            built, spot = self.build(value, within)
            name = self._key(key, within)
            content[name] = built
            inside[key.value] = Spot(line, spot.text, spot.quoted, spot.inside)
        return {**merged, **content}, Spot(node.start_mark.line + 1, inside=inside)

    def _merge(
        self,
        value: yaml.Node,
        at: tuple[str, ...],
        merged: dict[object, object],
        inside: dict[str, Spot],
    ) -> None:
        """Take in what `<<` names; what the mapping says itself goes before."""
        several = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for one in several:
            if not isinstance(one, yaml.MappingNode):
                self._note(value.start_mark.line + 1, at, "`<<` takes a mapping, as `<<: *name`")
                continue
            built, spot = self._mapping(one, at)
            for key, found in (built if isinstance(built, dict) else {}).items():
                merged.setdefault(key, found)
            for name, where in (spot.inside or {}).items():
                inside.setdefault(name, where)

    def _halves(self, key: yaml.ScalarNode, value: yaml.Node, at: tuple[str, ...]) -> None:
        """Notice `{population: 50,000}`, of which the braces make two fields."""
        if (
            key.style is None
            and re.fullmatch(r"\d{3}", key.value)
            and isinstance(value, yaml.ScalarNode)
            and value.value == ""
        ):
            self._note(
                key.start_mark.line + 1,
                at,
                "in braces a comma begins a new field. Write a number without a mark for "
                "thousands, as 50000.",
            )

    def _key(self, key: yaml.ScalarNode, at: tuple[str, ...]) -> str:
        """Take a key as the text that it is, and refuse what other readers take otherwise."""
        if not self._words and key.style is None:
            if key.value.lower() in {*_SPOKEN, *(one.lower() for one in _TRUE | _FALSE)}:
                self._note(
                    key.start_mark.line + 1,
                    at,
                    f'YAML reads {key.value} as true or false. Put it in quotes: "{key.value}".',
                )
            elif key.value in _NOTHING:
                self._note(key.start_mark.line + 1, at, "a field has no name. Write it.")
        return str(key.value)

    def _scalar(self, node: yaml.ScalarNode) -> object:
        if self._words or node.style is not None:
            return node.value
        text: str = node.value
        if text in _NOTHING:
            return None
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        if text.lower() in _SPOKEN and text in {text.lower(), text.upper(), text.capitalize()}:
            return _SPOKEN[text.lower()]
        if _WHOLE.fullmatch(text):
            return int(text)
        return float(text) if _DECIMAL.fullmatch(text) else text

    def _note(self, line: int, at: tuple[str, ...], said: str) -> None:
        self.problems.append((line, ".".join(at), said))


def _twofold(spot: Spot, at: tuple[str, ...]) -> Iterator[Problem]:
    if spot.text and not spot.quoted and _GROUPED.fullmatch(spot.text):
        whole, _, part = spot.text.partition(".")
        yield (
            at,
            (
                f"{spot.text} is {whole} and a part in one country and {whole},{part} in another. "
                f"Write {whole}{part}, or {whole}.{part}0 if the dot marks a part."
            ),
        )
    for key, one in (spot.inside or {}).items():
        yield from _twofold(one, (*at, key))
