"""Read YAML in which every field is said once.

A second `rho:` would silently take the place of the first, and whoever approved the file may have
read only that one.
"""

from collections.abc import Iterator

import yaml

from privacy.errors import PrivacyError


def read_once(text: str, *, name: str) -> object:
    """Parse YAML, and refuse a field that stands twice in one mapping.

    >>> read_once("rho: 0.1", name="privacy.yaml")
    {'rho': 0.1}
    >>> read_once("{rho: 0.1, rho: 0.2}", name="privacy.yaml")
    Traceback (most recent call last):
    privacy.errors.PrivacyError: privacy.yaml says 'rho' in line 1 and again in line 1. Keep one.

    Args:
        text: The file's text.
        name: Name of the file, for messages.

    Returns:
        What the text says, as plain values.

    Raises:
        PrivacyError: A field stands twice.
        yaml.YAMLError: The text is not YAML.
    """
    for mapping in _mappings(yaml.compose(text, Loader=yaml.SafeLoader), seen=set()):
        lines: dict[object, int] = {}
        for key, _ in mapping.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            line = key.start_mark.line + 1
            if key.value in lines:
                raise PrivacyError(
                    f"{name} says {key.value!r} in line {lines[key.value]} and again in line "
                    f"{line}. Keep one."
                )
            lines[key.value] = line
    return yaml.safe_load(text)


def _mappings(node: yaml.Node | None, *, seen: set[int]) -> Iterator[yaml.MappingNode]:
    """Walk every mapping once, also where an alias names it again."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value, seen=seen)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mappings(value, seen=seen)
