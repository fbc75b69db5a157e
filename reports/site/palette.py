"""Read the colors of tokens.css, so that the live charts have no colors of their own.

tokens.css -> **palette** -> live
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import plotly.graph_objects as go

from reports.errors import ReportError

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
TEXT_PX, DOT_PX, BAR_PX, EDGE_PX = 14, 11, 9, 2
_TOKEN = re.compile(r"--([a-z0-9-]+):\s*([^;]+);")
_DARK = re.compile(r"prefers-color-scheme: dark\)\s*\{\s*:root \{(.*?)\}", re.DOTALL)


@cache
def palette(theme: Theme) -> Mapping[str, str]:
    """Tokens of a theme, by name; those that dark does not change keep their light value.

    Raises:
        ReportError: tokens.css has lost its light or its dark part.
    """
    text = files("reports.site").joinpath("style", "tokens.css").read_text(encoding="utf-8")
    dark = _DARK.search(text)
    light = text.partition("@media")[0]
    if dark is None or "--paper" not in light:
        raise ReportError("reports/site/style/tokens.css lacks its light or its dark colors.")
    found = dict(_TOKEN.findall(light))
    return found | dict(_TOKEN.findall(dark[1])) if theme == "dark" else found


@cache
def template(theme: Theme) -> go.layout.Template:
    """Look of every live chart of a theme: thick ranges without caps, quiet lines, no tool bar."""
    color = palette(theme)
    font = {"family": color["face"], "size": TEXT_PX, "color": color["ink-soft"]}
    axis = {
        "gridcolor": color["rule"], "linecolor": color["ink-soft"], "zeroline": False,
        "ticks": "", "tickfont": font, "fixedrange": True, "automargin": True,
    }  # fmt: skip
    scatter = go.Scatter(
        mode="markers",
        cliponaxis=False,
        marker={"size": DOT_PX, "line": {"width": EDGE_PX, "color": color["paper"]}},
        error_y={"thickness": BAR_PX, "width": 0, "color": color["data-1-bar"]},
    )
    return go.layout.Template(
        data={"scatter": [scatter]},
        layout={
            "font": font,
            "paper_bgcolor": color["paper"],
            "plot_bgcolor": color["paper"],
            "colorway": [color["data-1"], color["data-2"], color["data-3"]],
            "margin": {"l": 52, "r": 8, "t": 16, "b": 48, "pad": 0},
            "showlegend": False,
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": color["paper"],
                "bordercolor": color["ink"],
                "font": font | {"color": color["ink"]},
                "align": "left",
                "namelength": -1,
            },
            "xaxis": axis | {"showgrid": False},
            "yaxis": axis,
        },
    )
