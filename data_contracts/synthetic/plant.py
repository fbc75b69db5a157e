"""Write a year down as people do: with defects, and with columns nobody should have collected.

The chain: shares -> draw -> **plant** -> inbox.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from data_contracts.synthetic.draw import Generator
from data_contracts.synthetic.shares import Shares

TIME_FORMAT = "%m/%d/%Y %H:%M"

_TOO_EARLY = pd.Timedelta(minutes=7)
_TOO_LATE = pd.Timedelta(days=2)

# Columns that a feed should not have, and how each of their values begins.
_PLANTED: Mapping[str, Mapping[str, str]] = {
    "calls": {
        "Caller Name": "Quillon Vantongeren-",
        "Caller Phone": "+1 555 0100 77",
        "Street Address": "17 Zzyzx Canary Row #",
        "Latitude": "44.987651234",
        "Longitude": "-123.456789123",
        "Officer Badge": "BADGE-7734-",
        "Plate": "RVT-PLATE-",
        "Narrative": "Caller says the narrative canary sang ",
    },
    "encounters": {
        "Patient Name": "Odalys Featherstonhaugh-",
        "DOB": "1899-11-31 #",
        "Phone": "+1 555 0199 88",
        "Email": "canary.person+",
        "Home Address": "93 Xylophone Canary Lane #",
        "SSN": "900-55-01 ",
        "Medicaid Number": "MCD-CANARY-",
        "Immigration Status": "immigration-canary-",
        "Probation Status": "probation-canary-",
        "Photo File": "photo_canary_",
        "Notes": "The notes canary was seen ",
    },
}
_NUMBERS = {"Call Number": "RV-CALL-", "Contact ID": "RV-CON-", "Client ID": "RV-CLI-"}


def canaries() -> Mapping[str, str]:
    """Give the beginning of every planted value, by column, the numbers of records included.

    None of these texts may be found in anything made after `strip`.
    """
    return {**_PLANTED["calls"], **_PLANTED["encounters"], **_NUMBERS}


def write_down(
    happened: pd.DataFrame, *, table: str, clock: str, rng: Generator, shares: Shares
) -> pd.DataFrame:
    """Turn what happened into the rows of a feed.

    Args:
        happened: A table of `draw.Year`.
        table: `calls` or `encounters`; decides what is planted.
        clock: Column that gives a row its month; it is spared most defects, as in real feeds.
        rng: Draws where the defects fall.
        shares: How often each defect occurs.

    Returns:
        Text columns in the feed's own order, and `month`; a few rows more than happened.
    """
    first = happened.columns[0]
    times = [str(name) for name in happened.select_dtypes("datetime")]
    late = [name for name in times if name != clock]
    rows = _mistime(happened, late, clock=clock, rng=rng, shares=shares)
    written = pd.DataFrame(
        {
            name: rows[name].dt.strftime(TIME_FORMAT).fillna("") if name in times else rows[name]
            for name in rows
        }
    )
    for name, begins in _PLANTED[table].items():
        written[name] = [f"{begins}{number:06d}" for number in range(len(written))]
    defects = shares.defects
    written.loc[rng.random(len(written)) < defects["no_number"], first] = ""
    written.loc[rng.random(len(written)) < defects["no_clock"], clock] = "not recorded"
    return _copy_rows(written, first=first, rng=rng, shares=shares)


def _mistime(
    rows: pd.DataFrame, late: list[str], *, clock: str, rng: Generator, shares: Shares
) -> pd.DataFrame:
    """Put later times before the clock, at midnight, or on another day."""
    rows, defects = rows.copy(), shares.defects
    for name in late:
        there, draw = rows[name].notna(), rng.random(len(rows))
        before = there & (draw < defects["before_request"])
        rows.loc[before, name] = rows.loc[before, clock] - _TOO_EARLY
        midnight = there & (rng.random(len(rows)) < defects["midnight"])
        rows.loc[midnight, name] = rows.loc[midnight, name].dt.normalize()
        next_day = there & (rng.random(len(rows)) < defects["next_day"])
        rows.loc[next_day, name] += _TOO_LATE
    return rows


def _copy_rows(rows: pd.DataFrame, *, first: str, rng: Generator, shares: Shares) -> pd.DataFrame:
    """Deliver some rows twice, and give a few rows the number of their neighbour."""
    defects = shares.defects
    renumbered = np.flatnonzero(rng.random(len(rows) - 1) < defects["renumbered"]) + 1
    rows.loc[renumbered, first] = rows[first].to_numpy()[renumbered - 1]
    again = rows[rng.random(len(rows)) < defects["repeated"]]
    return pd.concat([rows, again]).sort_index(kind="stable")
