"""The formula of the savings report, and nothing else: calls in, hours and dollars out.

tally + parameters -> **formula** -> model -> figures -> page
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Downstream:
    """What may follow a call, such as a trip to an emergency department.

    Shares are of all arrivals: `without` what would follow without the team, `observed` what did.
    `cost_usd` is the marginal cost of one, in dollars of its price year, `index` what prices rose.
    """

    without: Vector
    observed: Vector
    cost_usd: Vector
    index: Vector


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything the formula reads; each vector holds one entry a case or a draw.

    `arrivals` are calls at which a team arrived and police did not, by kind of call, `attended`
    the share of each kind that police would have attended, `hours` those of one officer at one
    call, `wage_usd` an officer hour in dollars of its price year.
    """

    arrivals: Mapping[str, Vector]
    attended: Mapping[str, Vector]
    officers: Vector
    hours: Vector
    wage_usd: Vector
    wage_index: Vector
    downstream: Mapping[str, Downstream]


@dataclass(frozen=True, slots=True)
class Value:
    """What the teams freed, by owner. A negative amount is a cost that the teams caused.

    `resource_usd` is what a test against the cost of the program looks at: resources that nobody
    had to use, whoever owns them. It is no class of value and nobody's money.
    """

    substituted: Vector
    officer_hours: Vector
    police_usd: Vector
    downstream_usd: Mapping[str, Vector]

    @property
    def others_usd(self) -> Vector:
        """Costs that payers other than the police avoided."""
        found: Vector = np.sum(list(self.downstream_usd.values()), axis=0)
        return found

    @property
    def resource_usd(self) -> Vector:
        """Resources not used, at marginal prices, to be compared with the program's cost."""
        return self.police_usd + self.others_usd


def value_of(inputs: Inputs) -> Value:
    """Work out hours and dollars from calls and assumptions.

    R = sum_t A_t [pi_t * officers * hours * wage * index + sum_k (q_k - o_k) c_k * index_k].

    Args:
        inputs: One entry a case or a draw.

    Returns:
        Calls, hours and dollars in as many entries.

    Source: docs of the method in reports/savings; tested against a worked example.
    """
    arrivals: Vector = np.sum(list(inputs.arrivals.values()), axis=0)
    substituted: Vector = np.sum(
        [calls * inputs.attended[kind] for kind, calls in inputs.arrivals.items()], axis=0
    )
    hours = substituted * inputs.officers * inputs.hours
    return Value(
        substituted=substituted,
        officer_hours=hours,
        police_usd=hours * inputs.wage_usd * inputs.wage_index,
        downstream_usd={
            name: arrivals * (one.without - one.observed) * one.cost_usd * one.index
            for name, one in inputs.downstream.items()
        },
    )
