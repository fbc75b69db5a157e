"""Draw lines and their bands with Plotly.

lines -> **live_lines** -> live
"""

from html import escape

import plotly.graph_objects as go

from reports.site.lines import Lines, Series
from reports.site.live_frame import (
    GOAL_PX,
    LIMIT_PX,
    draw_level,
    draw_start,
    draw_zero,
    set_axes,
)
from reports.site.palette import EDGE_PX, Theme, palette, template

LINE_PX, MARKER_PX = 2.5, 9
BAND_OPACITY = 0.35
DASHES = {"data-1": "solid", "data-2": "dash", "data-3": "dot"}
MARKERS = {"data-1": "circle", "data-2": "square", "data-3": "triangle-up"}


def lines_figure(chart: Lines, *, theme: Theme) -> go.Figure:
    """Draw lines with Plotly.

    Args:
        chart: Lines over ordered labels.
        theme: Light or dark.

    Returns:
        Bands first, then one trace a line, with what was said of each spot as hover text.
    """
    color = palette(theme)
    found = go.Figure(layout={"template": template(theme)})
    draw_start(found, chart, theme)
    draw_zero(found, chart, theme)
    if chart.reference is not None:
        line = {"color": color["ink"], "width": GOAL_PX, "dash": "dot"}
        draw_level(found, chart, chart.reference, line)
    for series in chart.series:
        for run in series.runs(banded=True):
            found.add_trace(_band(series, run, color[f"{series.ink}-bar"]))
    for series in chart.series:
        found.add_trace(_line(chart, series, theme))
    set_axes(found, chart)
    return found


def _band(series: Series, run: list[int], color: str) -> go.Scatter:
    spots = [series.spots[n] for n in run]
    return go.Scatter(
        x=[*run, *reversed(run)],
        y=[*(spot.high for spot in spots), *(spot.low for spot in reversed(spots))],
        mode="lines",
        fill="toself",
        fillcolor=color,
        opacity=BAND_OPACITY,
        line={"width": 0, "color": color},
        name="band",
        hoverinfo="skip",
    )


def _line(chart: Lines, series: Series, theme: Theme) -> go.Scatter:
    color, dotted = palette(theme), set(chart.dotted)
    spots = series.spots
    hollow = [spot.hollow for spot in spots]
    data = color[series.ink]
    return go.Scatter(
        x=list(range(len(spots))),
        y=[spot.value for spot in spots],
        mode="lines+markers",
        connectgaps=False,
        name=escape(series.name),
        line={"color": data, "width": LINE_PX, "dash": DASHES[series.ink]},
        marker={
            "symbol": MARKERS[series.ink],
            "size": [MARKER_PX if n in dotted else 0 for n in range(len(spots))],
            "opacity": 1,
            "color": [color["paper"] if one else data for one in hollow],
            "line": {
                "color": [data if one else color["paper"] for one in hollow],
                "width": [EDGE_PX if one else LIMIT_PX for one in hollow],
            },
        },
        hovertext=[
            "<br>".join(
                escape(word)
                for word in (label, f"{series.name}: {spot.said or spot.span}", spot.span)
                if word
            )
            for label, spot in zip(chart.labels, spots, strict=True)
        ],
        hoverinfo="text",
    )
