"""Draw dots on bars with Plotly, in the order of time.

chart -> **live_points** -> live
"""

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from reports.site.chart import Chart, Point
from reports.site.live_frame import (
    GOAL_PX,
    HALF_STEP,
    HATCH,
    LIMIT_PX,
    draw_across,
    draw_start,
    draw_zero,
    set_axes,
)
from reports.site.palette import BAR_PX, DOT_PX, EDGE_PX, Theme, palette, template

HOLLOW_BAR_PX, HOLLOW_CAP_PX, HOLLOW_EDGE_PX = 2, 5, 3


def points_figure(chart: Chart, *, theme: Theme) -> go.Figure:
    """Draw a chart with Plotly.

    Args:
        chart: Whose points have an order.
        theme: Light or dark.

    Returns:
        One trace a look (solid, hollow, hatched), with what was said of each point as hover text.
    """
    color = palette(theme)
    found = go.Figure(layout={"template": template(theme)})
    draw_start(found, chart, theme)
    draw_zero(found, chart, theme)
    if chart.joined:
        found.add_trace(_line(chart, color["data-1"]))
    for look in chart.kinds:
        chosen = [(n, point) for n, point in enumerate(chart.points) if point.look == look]
        found.add_trace(
            _withheld(chart, chosen, theme)
            if look == "withheld"
            else _dots(chart, chosen, look, theme)
        )
    set_axes(found, chart)
    _limits(found, chart, theme)
    if chart.mean is not None:
        line = {"color": color["ink-soft"], "width": LIMIT_PX}
        draw_across(found, chart, chart.mean, line, layer="below")
    if chart.target is not None:
        line = {"color": color["ink"], "width": GOAL_PX, "dash": "dot"}
        draw_across(found, chart, chart.target, line, layer="above")
    return found


def _said(point: Point, *, withheld: str = "") -> str:
    words = [point.label, point.words.about or withheld]
    if point.words.value:
        words.append(point.words.between)
    return "<br>".join(escape(word) for word in words if word)


def _dots(chart: Chart, chosen: Sequence[tuple[int, Point]], look: str, theme: Theme) -> go.Scatter:
    color, hollow = palette(theme), look == "caution"
    dot = color["ink" if look == "plain" else "data-1"]
    middle = [max(chart.axis.low, point.found.value) for _, point in chosen]
    pairs = list(zip(middle, (point for _, point in chosen), strict=True))
    return go.Scatter(
        x=[n for n, _ in chosen],
        y=middle,
        name=look,
        hovertext=[_said(point) for _, point in chosen],
        hoverinfo="text",
        marker={
            "color": color["paper"] if hollow else dot,
            "size": DOT_PX,
            "line": {
                "color": color["data-1"] if hollow else color["paper"],
                "width": HOLLOW_EDGE_PX if hollow else EDGE_PX,
            },
        },
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [point.found.high - value for value, point in pairs],
            "arrayminus": [value - point.found.low for value, point in pairs],
            "color": color["data-1"] if hollow else color["data-1-bar"],
            "thickness": HOLLOW_BAR_PX if hollow else BAR_PX,
            "width": HOLLOW_CAP_PX if hollow else 0,
        },
    )


def _withheld(chart: Chart, chosen: Sequence[tuple[int, Point]], theme: Theme) -> go.Bar:
    color = palette(theme)
    return go.Bar(
        x=[n for n, _ in chosen],
        y=[chart.axis.high - chart.axis.low for _ in chosen],
        base=chart.axis.low,
        width=0.02,
        name="withheld",
        hovertext=[_said(point, withheld=point.note) for _, point in chosen],
        hoverinfo="text",
        marker={
            "color": color["paper"],
            "line": {"color": color["edge"], "width": 1},
            "pattern": {**HATCH, "fgcolor": color["edge"], "bgcolor": color["paper"]},
        },
    )


def _line(chart: Chart, color: str) -> go.Scatter:
    shown = [(n, point.found.value) for n, point in enumerate(chart.points) if point.words.value]
    return go.Scatter(
        x=[n for n, _ in shown],
        y=[value for _, value in shown],
        mode="lines",
        line={"color": color, "width": GOAL_PX},
        hoverinfo="skip",
        name="line",
    )


def _limits(found: go.Figure, chart: Chart, theme: Theme) -> None:
    """Draw what to expect: ordinary variation solid, what noise adds hatched, its ends dashed."""
    color = palette(theme)
    dashed = {"color": color["edge"], "width": LIMIT_PX, "dash": "dash"}
    rims: list[tuple[int, float, float]] = []
    for n, point in enumerate(chart.points):
        if point.ordinary is None or point.limits is None:
            continue
        sides = {"x0": n - HALF_STEP, "x1": n + HALF_STEP}
        (low, high), (lowest, highest) = point.ordinary, point.limits
        found.add_shape(
            type="rect", y0=low, y1=high, **sides,
            fillcolor=color["band"], line={"width": 0}, layer="below",
        )  # fmt: skip
        rims += [(n, lowest, low - lowest), (n, high, highest - high)]
        for end in point.limits:
            found.add_shape(type="line", y0=end, y1=end, **sides, line=dashed, layer="above")
    if rims:
        found.add_trace(
            go.Bar(
                x=[n for n, _, _ in rims],
                base=[start for _, start, _ in rims],
                y=[wide for _, _, wide in rims],
                width=1,
                name="noise",
                hoverinfo="skip",
                marker={
                    "color": color["paper"],
                    "line": {"width": 0},
                    "pattern": {**HATCH, "fgcolor": color["rule"], "bgcolor": color["paper"]},
                },
            )
        )
        found.update_layout(barmode="overlay")
