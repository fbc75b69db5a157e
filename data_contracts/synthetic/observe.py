"""Draw the public panel of outcomes. The chain: books -> **observe** -> exact.

Every area and month follows one law: residents, rate, a trend and a season that all areas share, an
effect of the area, the true effect of the teams from their start, and Poisson noise.
"""

import numpy as np
import pandas as pd

from data_contracts.synthetic.books import Books
from data_contracts.synthetic.pace import MONTHS, Topic, open_stream

_PER = 1000  # residents


def observe_outcomes(books: Books, *, seed: int) -> pd.DataFrame:
    """Draw events by month, area and outcome, for areas with teams and without.

    Args:
        books: The law.
        seed: Draws area effects and noise.

    Returns:
        Columns as the feed names them, in the order of months, areas and outcomes.
    """
    expected = expect_outcomes(books, seed=seed)
    rng = open_stream(seed, Topic.OUTCOMES, 2)
    return expected.assign(Events=rng.poisson(expected["Events"].to_numpy()))


def expect_outcomes(books: Books, *, seed: int) -> pd.DataFrame:
    """Work out how many events the law expects, where `observe_outcomes` draws around it."""
    law, rng = books.outcomes, open_stream(seed, Topic.OUTCOMES, 0)
    residents = np.array([*law.areas.values(), *law.elsewhere.values()], dtype=np.float64)
    with_team = np.arange(len(residents)) < len(law.areas)
    first = pd.Period(law.first_month, freq="M")
    months = pd.period_range(first, periods=law.months, freq="M")
    time = np.arange(law.months)
    started = months >= pd.Period(law.start_month, freq="M")
    area_effects = rng.normal(0, law.area_sd, (len(law.kinds), len(residents)))
    expected = np.empty((law.months, len(residents), len(law.kinds)))
    for position, (kind, effect) in enumerate(zip(law.kinds.values(), area_effects, strict=True)):
        trend = (1 + kind.growth) ** (time / MONTHS)
        summer = -np.cos(2 * np.pi * (months.month.to_numpy() - 1) / MONTHS)
        shared = kind.rate * trend * np.exp(kind.season * summer)
        teams = 1 + kind.effect * np.outer(started, with_team)
        expected[:, :, position] = np.outer(shared, residents / _PER * np.exp(effect)) * teams
    index = pd.MultiIndex.from_product(
        [[f"{month}-01" for month in months], [*law.areas, *law.elsewhere], law.kinds],
        names=["Month", "Area", "Outcome"],
    )
    return pd.DataFrame({"Events": expected.ravel()}, index=index).reset_index()
