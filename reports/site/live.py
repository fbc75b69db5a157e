"""Build the chart that answers to pointing, from the same figures as the still one.

chart -> **live** (Plotly) -> page
"""

import json
from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go
from markupsafe import Markup

from reports.numbers import whole
from reports.site.chart import Chart, Point
from reports.site.palette import BAR_PX, DOT_PX, EDGE_PX, THEMES, Theme, palette, template

CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
HALF_STEP = 0.5
STANDOFF_PX = 8
HOLLOW_BAR_PX, HOLLOW_CAP_PX, HOLLOW_EDGE_PX = 2, 5, 3
HATCH = {"shape": "/", "size": 6, "solidity": 0.22}
GOAL_PX, LIMIT_PX = 2, 1.5


def live_chart(chart: Chart) -> Markup:
    """Write a chart as JSON that a page can hold without running it.

    Args:
        chart: Whose points have an order.

    Returns:
        Data and layout for light, dark and phone; every `<` is written as an escape, so that no
        label can close the element that holds it.
    """
    looks = {theme: _themed(chart, theme) for theme in THEMES}
    text = json.dumps({**looks, "config": CONFIG}, ensure_ascii=False, sort_keys=True)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - no character is left that HTML reads


def figure(chart: Chart, *, theme: Theme) -> go.Figure:
    """Draw a chart with Plotly.

    Args:
        chart: Whose points have an order.
        theme: Light or dark.

    Returns:
        One trace a look (solid, hollow, hatched), with what was said of each point as hover text.
    """
    color = palette(theme)
    found = go.Figure(layout={"template": template(theme)})
    if chart.joined:
        found.add_trace(_line(chart, color["data-1"]))
    for look in chart.kinds:
        chosen = [(n, point) for n, point in enumerate(chart.points) if point.look == look]
        found.add_trace(
            _withheld(chart, chosen, theme) if look == "withheld" else _dots(chosen, look, theme)
        )
    _ticks(found, chart)
    _limits(found, chart, theme)
    if chart.mean is not None:
        line = {"color": color["ink-soft"], "width": LIMIT_PX}
        _across(found, chart, chart.mean, line, layer="below")
    if chart.target is not None:
        line = {"color": color["ink"], "width": GOAL_PX, "dash": "dot"}
        _across(found, chart, chart.target, line, layer="above")
    return found


def _across(
    found: go.Figure, chart: Chart, height: float, line: dict[str, object], *, layer: str
) -> None:
    """Draw a line over the whole width; in units of the axes, or it would lie under the bands."""
    ends = {"x0": -HALF_STEP, "x1": len(chart.points) - HALF_STEP}
    found.add_shape(type="line", y0=height, y1=height, **ends, line=line, layer=layer)


def _themed(chart: Chart, theme: Theme) -> dict[str, object]:
    drawn = json.loads(figure(chart, theme=theme).to_json())
    labels = _labels(chart.points)
    phone = drawn["layout"]["xaxis"] | {
        "ticktext": ["" if chart.seldom(n) else label for n, label in enumerate(labels)]
    }
    return {
        "data": drawn["data"],
        "layout": drawn["layout"],
        "phone": {"xaxis": phone, "margin": {"l": 40, "r": 16, "t": 16, "b": 48}},
    }


def _labels(points: Sequence[Point]) -> list[str]:
    return ["<br>".join(escape(line) for line in point.lines) for point in points]


def _said(point: Point, *, withheld: str = "") -> str:
    words = [point.label, point.words.about or withheld]
    if point.words.value:
        words.append(point.words.between)
    return "<br>".join(escape(word) for word in words if word)


def _dots(chosen: Sequence[tuple[int, Point]], look: str, theme: Theme) -> go.Scatter:
    color, hollow = palette(theme), look == "caution"
    middle = [max(0.0, point.found.value) for _, point in chosen]
    pairs = list(zip(middle, (point for _, point in chosen), strict=True))
    return go.Scatter(
        x=[n for n, _ in chosen],
        y=middle,
        name=look,
        hovertext=[_said(point) for _, point in chosen],
        hoverinfo="text",
        marker={
            "color": color["paper"] if hollow else color["data-1"],
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
        width=0.12,
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


def _ticks(found: go.Figure, chart: Chart) -> None:
    found.update_xaxes(
        tickmode="array",
        tickvals=list(range(len(chart.points))),
        ticktext=_labels(chart.points),
        tickangle=0,
        ticklabelstandoff=STANDOFF_PX,
        ticklabeloverflow="allow",
        range=[-HALF_STEP, len(chart.points) - HALF_STEP],
    )
    found.update_yaxes(
        tickmode="array",
        tickvals=list(chart.axis.ticks),
        ticktext=[whole(tick, language=chart.language) for tick in chart.axis.ticks],
        range=[chart.axis.low, chart.axis.high],
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
