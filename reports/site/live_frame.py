"""Draw what all live charts share: the axis, level lines, and where something began.

chart -> **live_frame** -> live_points, live_lines, live_rows -> live
"""

from html import escape

import plotly.graph_objects as go

from reports.site.chart import Chart
from reports.site.lines import Lines
from reports.site.palette import Theme, palette

HALF_STEP = 0.5
STANDOFF_PX = 8
HATCH = {"shape": "/", "size": 6, "solidity": 0.22}
CLEAR = "rgba(0,0,0,0)"
GOAL_PX, LIMIT_PX = 2, 1.5
FAR_RIGHT = 0.6
BOLD = 700


def size_of(chart: Chart | Lines) -> int:
    """Count the places along the axis."""
    return len(chart.labels) if isinstance(chart, Lines) else len(chart.points)


def names_under(chart: Chart | Lines, *, phone: bool = False) -> list[str]:
    """Names under the axis as the library writes them; a phone leaves some out."""
    return [
        "" if phone and chart.seldom(n) else "<br>".join(escape(line) for line in chart.under(n))
        for n in range(size_of(chart))
    ]


def set_axes(found: go.Figure, chart: Chart | Lines) -> None:
    """Give a figure the scale and the names of the still picture."""
    count = size_of(chart)
    found.update_xaxes(
        tickmode="array",
        tickvals=list(range(count)),
        ticktext=names_under(chart),
        tickangle=0,
        ticklabelstandoff=STANDOFF_PX,
        ticklabeloverflow="allow",
        range=[-HALF_STEP, count - HALF_STEP],
    )
    found.update_yaxes(
        tickmode="array",
        tickvals=list(chart.axis.ticks),
        ticktext=[escape(chart.tick(tick)) for tick in chart.axis.ticks],
        range=[chart.axis.low, chart.axis.high],
    )


def draw_across(
    found: go.Figure, chart: Chart | Lines, height: float, line: dict[str, object], *, layer: str
) -> None:
    """Draw a line over the whole width; in units of the axes, or it would lie under the bands."""
    ends = {"x0": -HALF_STEP, "x1": size_of(chart) - HALF_STEP}
    found.add_shape(type="line", y0=height, y1=height, **ends, line=line, layer=layer)


def draw_level(
    found: go.Figure, chart: Chart | Lines, height: float, line: dict[str, object]
) -> None:
    """Draw a level line above the hatching and below the data."""
    found.add_trace(
        go.Scatter(
            x=[-HALF_STEP, size_of(chart) - HALF_STEP],
            y=[height, height],
            mode="lines",
            line=line,
            name="level",
            hoverinfo="skip",
            cliponaxis=True,
        )
    )


def draw_zero(found: go.Figure, chart: Chart | Lines, theme: Theme) -> None:
    """Draw zero as a line of its own where the scale crosses it."""
    if chart.axis.crosses_zero:
        draw_level(found, chart, 0, {"color": palette(theme)["ink"], "width": LIMIT_PX})


def draw_start(found: go.Figure, chart: Chart | Lines, theme: Theme) -> None:
    """Hatch what came before something began, and write when it did."""
    start, color, axis = chart.start, palette(theme), chart.axis
    if start is None:
        return
    found.add_trace(
        go.Bar(
            x=[(start.at - 1) / 2],
            y=[axis.high - axis.low],
            base=axis.low,
            width=start.at,
            name="before",
            hoverinfo="skip",
            marker={
                "color": CLEAR,
                "line": {"width": 0},
                "pattern": {**HATCH, "fgcolor": color["rule"], "bgcolor": CLEAR},
            },
        )
    )
    found.update_layout(barmode="overlay")
    edge = start.at - HALF_STEP
    line = {"color": color["ink"], "width": GOAL_PX, "dash": "dot"}
    ends = {"x0": edge, "x1": edge, "y0": axis.low, "y1": axis.high}
    found.add_shape(type="line", **ends, line=line, layer="above")
    right = start.at > FAR_RIGHT * size_of(chart)
    _note(found, edge, escape(start.words), theme, top=True, right=right)
    if start.before:
        _note(found, -HALF_STEP, escape(start.before), theme, top=False, right=False)


def _note(found: go.Figure, x: float, text: str, theme: Theme, *, top: bool, right: bool) -> None:
    color = palette(theme)
    found.add_annotation(
        x=x,
        y=1 if top else 0,
        yref="paper",
        text=text,
        showarrow=False,
        xanchor="right" if right else "left",
        yanchor="top" if top else "bottom",
        xshift=-6 if right else 6,
        bgcolor=color["paper"] if not top else CLEAR,
        font={"color": color["ink"], "weight": BOLD if top else "normal"},
    )
