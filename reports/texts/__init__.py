"""Words of the pages, English and Spanish side by side: texts/*.yaml -> **texts** -> page."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from reports.errors import ReportError
from reports.numbers import Language


@cache
def catalogue() -> dict[str, dict[Language, str]]:
    """Read all words, by name and language.

    Raises:
        ReportError: Two files give the same name.
    """
    found: dict[str, dict[Language, str]] = {}
    for file in sorted(files("reports.texts").iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".yaml"):
            continue
        part: dict[str, dict[Language, str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
        if twice := sorted(set(part) & set(found)):
            raise ReportError(f"reports/texts/{file.name} repeats {twice}. Rename them.")
        found.update(part)
    return found


@dataclass(frozen=True, slots=True)
class Texts:
    """Words in one language: `texts("skip")`, or with values, `texts("published", date="May")`."""

    language: Language

    def __call__(self, name: str, /, **values: str | int) -> str:
        """Write one text.

        Args:
            name: Its name in `reports/texts/`.
            values: What stands in its places.

        Returns:
            The text, not yet escaped for a page.

        Raises:
            ReportError: There is no such text.
        """
        if name not in catalogue():
            raise ReportError(f"No text is called {name!r}. Add it to reports/texts/.")
        return catalogue()[name][self.language].format(**values)
