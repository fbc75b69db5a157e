"""Designs that fit the invented outcomes: teams start in January 2018, 12 months before it."""

from datetime import date

from reports.impact.designs import Design, Designs

WELFARE = Design(
    key="welfare_checks",
    title={"en": "police visits for welfare checks", "es": "visitas de bienestar de la policía"},
    outcome="police_welfare_checks",
    start="2018-01",
    pre_months=12,
    placebo_outcomes=("violent_offenses", "property_offenses"),
    placebo_starts=("2017-07",),
)
LOW_LEVEL = WELFARE.model_copy(
    update={
        "key": "low_level",
        "title": {"en": "reported low-level offenses", "es": "faltas denunciadas"},
        "outcome": "low_level_offenses",
    }
)
DESIGNS = Designs(
    decided_on=date(2017, 11, 14),
    decided_by={"en": "The advisory board", "es": "El consejo asesor"},
    designs=(WELFARE, LOW_LEVEL),
)
