"""The chart library that is shipped with the pages, and how to keep it from writing styles.

plotly -> **library** -> public/assets
"""

import re
from functools import cache
from importlib.resources import files

_STYLE_ID = re.compile(r'if\(!document\.getElementById\("([0-9a-f]{40,})"\)\)')


@cache
def library() -> bytes:
    """The one script of the installed plotly package."""
    return files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()


@cache
def unwanted_styles() -> tuple[str, ...]:
    """Ids of styles that the library adds for maps unless an element has the id already.

    The policy of the pages forbids such a style, and no page has a map: an empty element with the
    id keeps the library quiet.
    """
    return tuple(sorted(set(_STYLE_ID.findall(library().decode()))))
