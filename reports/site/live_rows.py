"""Draw rows side by side with Plotly: one dot on a bar a row, read downwards.

chart -> **live_rows** -> live
"""

from html import escape

import plotly.graph_objects as go

from reports.site.chart import Chart, Point
from reports.site.live_frame import GOAL_PX, HALF_STEP, LIMIT_PX
from reports.site.palette import BAR_PX, DOT_PX, EDGE_PX, Theme, palette, template

WORDS_PX, LETTER_PX = 12, 8
HOLLOW_BAR_PX, HOLLOW_EDGE_PX = 2, 3


def rows_figure(chart: Chart, *, theme: Theme) -> go.Figure:
    """Draw rows with Plotly; a withheld row keeps its name and has nothing drawn.

    Args:
        chart: Whose points have no order in time.
        theme: Light or dark.

    Returns:
        One trace, with what was said of each row as hover text.
    """
    color, points = palette(theme), chart.points
    found = go.Figure(layout={"template": template(theme)})
    found.add_trace(_dots([point for point in points if not point.withheld], chart, theme))
    found.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(points))),
        ticktext=[escape(point.label) for point in points],
        range=[len(points) - HALF_STEP, -HALF_STEP],
        showgrid=False,
    )
    found.update_xaxes(
        tickmode="array",
        tickvals=list(chart.axis.ticks),
        ticktext=[escape(chart.tick(tick)) for tick in chart.axis.ticks],
        range=[chart.axis.low, chart.axis.high],
        ticklabeloverflow="allow",
        showgrid=True,
        zeroline=chart.axis.crosses_zero,
        zerolinecolor=color["ink"],
        zerolinewidth=LIMIT_PX,
    )
    _write(found, chart, theme)
    if chart.target is not None:
        line = {"color": color["ink"], "width": GOAL_PX, "dash": "dot"}
        _down(found, chart, chart.target, line)
    return found


def _write(found: go.Figure, chart: Chart, theme: Theme) -> None:
    """Put the words of each row beside it, as the still picture does."""
    color = palette(theme)
    for place, point in enumerate(chart.points):
        span = escape(point.words.span)
        text = f"{escape(point.words.value)}  {span}" if point.words.value else span
        found.add_annotation(
            x=1,
            xref="paper",
            y=place,
            text=text,
            showarrow=False,
            xanchor="left",
            xshift=WORDS_PX,
            font={"color": color["ink"]},
        )
    widest = max(len(point.words.value) + len(point.words.span) for point in chart.points)
    found.update_layout(margin={"r": 2 * WORDS_PX + LETTER_PX * (widest + 2)})


def _down(found: go.Figure, chart: Chart, place: float, line: dict[str, object]) -> None:
    ends = {"y0": -HALF_STEP, "y1": len(chart.points) - HALF_STEP}
    found.add_shape(type="line", x0=place, x1=place, **ends, line=line, layer="below")


def _dots(shown: list[Point], chart: Chart, theme: Theme) -> go.Scatter:
    color = palette(theme)
    hollow = [point.look == "caution" for point in shown]
    place = {id(point): n for n, point in enumerate(chart.points)}
    return go.Scatter(
        x=[point.found.value for point in shown],
        y=[place[id(point)] for point in shown],
        name="rows",
        hovertext=[
            "<br>".join(escape(w) for w in (p.label, p.words.about, p.words.between) if w)
            for p in shown
        ],
        hoverinfo="text",
        marker={
            "size": DOT_PX,
            "color": [color["paper"] if one else color["data-1"] for one in hollow],
            "line": {
                "color": [color["data-1"] if one else color["paper"] for one in hollow],
                "width": [HOLLOW_EDGE_PX if one else EDGE_PX for one in hollow],
            },
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [point.found.high - point.found.value for point in shown],
            "arrayminus": [point.found.value - point.found.low for point in shown],
            "color": color["data-1-bar"],
            "thickness": HOLLOW_BAR_PX if all(hollow) else BAR_PX,
            "width": 0,
        },
    )
