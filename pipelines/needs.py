"""Hold what the program decided against what it has, before anything is drawn."""

from data_contracts.source import provided_columns
from pipelines.directory import Directory
from reports.errors import ReportError
from reports.impact.designs import Designs, load_designs
from reports.metrics import load_board, unsourced
from reports.parameters import load_parameters
from transforms.delivered import find_unread


def require_decisions(given: Directory) -> None:
    """Refuse decisions that the reports could not be drawn with.

    Args:
        given: The program directory.

    Raises:
        ReportError: `metrics.yaml` or `impact.yaml` does not fit.
        ParameterError: A file in `costs/` does not fit, or is an example that only a demo may use.
    """
    load_board(given.decision("metrics.yaml"))
    _require_areas(given, load_designs(given.decision("impact.yaml")))
    load_parameters(given.decision("costs"), on=given.today, examples=given.may_invent)


def _require_areas(given: Directory, designs: Designs | None) -> None:
    """Refuse a comparison of areas that the program does not have."""
    program = given.program
    known = {
        "treated": [area.code for area in program.areas],
        "comparison": [area.code for area in program.comparison],
    }
    for design in designs.designs if designs else ():
        chosen = {"treated": design.treated, "comparison": design.comparison}
        for field, codes in known.items():
            if unknown := sorted(set(chosen[field]) - set(codes)):
                raise ReportError(
                    f"impact.yaml: {field} of design {design.key!r} names areas that program.yaml "
                    f"does not have: {unknown}. Choose from {codes}."
                )


def missing_sources(given: Directory) -> tuple[str, ...]:
    """List the approved measures that no feed of the program can fill.

    Args:
        given: The program directory.

    Returns:
        One sentence a measure and table: which columns it needs, and where to mend it.

    Raises:
        ReportError: `metrics.yaml` does not fit.
    """
    board = load_board(given.decision("metrics.yaml"))
    found = unsourced(board, provided_columns(given.sources))
    return tuple(
        f"measure {key!r} is approved, and no source gives {', '.join(sorted(columns))} of table "
        f"{table!r}. Map them in sources/, or take the measure out."
        for key, table, columns in found
    )


def unread_deliveries(given: Directory) -> tuple[str, ...]:
    """Name the delivered files that no source reads.

    Args:
        given: The program directory.

    Returns:
        One sentence a file, with where to mend it; a file that looks like a month of a feed also
        blocks that month, as the rule `unread_file`.
    """
    return tuple(
        f"{name!r} is read by no source. Name it under files in sources/, or take it out of the "
        "inbox."
        for name in find_unread(given.sources, inbox=given.delivered)
    )
