"""Build the chart that answers to pointing, from the same figures as the still one.

chart, lines -> **live** (Plotly) -> page
"""

import json

import plotly.graph_objects as go
from markupsafe import Markup

from reports.site.chart import Chart
from reports.site.lines import Lines
from reports.site.live_frame import names_under
from reports.site.live_lines import lines_figure
from reports.site.live_points import points_figure
from reports.site.live_rows import rows_figure
from reports.site.palette import THEMES, Theme

CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
PHONE_MARGIN = {"l": 40, "r": 16, "t": 16, "b": 48}


def live_of(chart: Chart | Lines | None) -> Markup | None:
    """Draw a picture live; nothing where there is no picture."""
    return live_chart(chart) if chart else None


def live_chart(chart: Chart | Lines) -> Markup:
    """Write a picture as JSON that a page can hold without running it.

    Args:
        chart: Points in the order of time, rows, or lines.

    Returns:
        Data and layout for light, dark and phone, which keeps rows still; every `<` is written as
        an escape, so that no label can close the element that holds it.
    """
    looks = {theme: _themed(chart, theme) for theme in THEMES}
    wide = chart.style == "rows"
    text = json.dumps({**looks, "config": CONFIG, "wide": wide}, ensure_ascii=False, sort_keys=True)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - no character is left that HTML reads


def figure(chart: Chart | Lines, *, theme: Theme) -> go.Figure:
    """Draw any picture with Plotly.

    Args:
        chart: What to draw.
        theme: Light or dark.

    Returns:
        The figure of its kind.
    """
    if isinstance(chart, Lines):
        return lines_figure(chart, theme=theme)
    return (
        points_figure(chart, theme=theme)
        if chart.style == "time"
        else rows_figure(chart, theme=theme)
    )


def _themed(chart: Chart | Lines, theme: Theme) -> dict[str, object]:
    drawn = json.loads(figure(chart, theme=theme).to_json())
    phone: dict[str, object] = {"margin": PHONE_MARGIN}
    if chart.style != "rows":
        names = names_under(chart, phone=True)
        phone["xaxis"] = drawn["layout"]["xaxis"] | {"ticktext": names}
    return {"data": drawn["data"], "layout": drawn["layout"], "phone": phone}
