"""Draft a new program's `privacy.yaml` from the presets. Comes before **policy**.

The file stands for itself: whoever must approve it reads all its terms in one place, with a word
on each.
"""

from collections.abc import Mapping

import yaml

from data_contracts.configuration import parse_configuration
from privacy.approval import NOT_NAMED
from privacy.drafting.presets import Calendar, cap_of, make_preset
from privacy.policy import check_policy

_NAME = "privacy.yaml"
_COLUMN = 34  # where remarks begin
_HEADER = """\
# Privacy policy, drafted from the presets of a {size} program and of `{preset}`. Nobody has
# approved it: no record is released before the privacy officer and the board have signed below.
# Before they do:
#   1. name the records schedule or law that allows `retention`;
#   2. put your own public figures into `expected` and `profile` (posts and hours, published
#      counts); a size, a share or a clip is never taken from the records;
#   3. `care-dividend plan` shows how precise every table will be, and the hash to sign.
# Every field is explained in docs/policy.md. rho is the cost for one participant and fiscal year.
"""
_REMARKS = {
    "unit": "one participant, all incidents, one fiscal year",
    "cap_rho": "most that a fiscal year may cost, with the correction",
    "correction_rho": "kept back for one correction a year",
    "reason": "the board's, for a cap above `standard` 0.36",
    "name": "of the expert; while it is empty, pages say DRAFT",
    "raw_days": "copies of delivered files, 30 at most",
    "coded_days": "after the fiscal year closes",
    "authority": "printed on every card",
    "contacts": "a person was met",
    "no_contact": "a call that met nobody is a unit of its own",
    "persons": "each participant once a year; somebody unknown once a visit",
    "anchor": "all visits under a wide clip: what the clip of `contacts` removes",
    "surveys": "one response is one unit, never linked to anybody",
    "split": "part of the release's rho",
    "clip": "in records that fall in every table",
    "expected": "records in one release, from public figures",
    "expected_clip_loss": "on made-up records",
    "profile": "public share of every key; areas go by residents",
    "tables": "tables of events leave their commonest level out; it is the rest",
}


class _Row(dict[str, object]):
    """A mapping that is written in one line."""


class _Profile(dict[str, object]):
    """Public shares of a block; the year names those of the parts instead of repeating them."""


class _Writer(yaml.SafeDumper):
    """PyYAML's safe writer, which repeats nothing but public shares by name."""

    _named = 0

    def ignore_aliases(self, data: object) -> bool:
        return not isinstance(data, _Profile)

    def generate_anchor(self, node: yaml.Node) -> str:  # noqa: ARG002 -- PyYAML gives it
        self._named += 1
        return f"public_{self._named}"


_Writer.add_representer(
    _Row,
    lambda writer, row: writer.represent_mapping("tag:yaml.org,2002:map", row, flow_style=True),
)
_Writer.add_representer(
    _Profile, lambda writer, rows: writer.represent_mapping("tag:yaml.org,2002:map", rows)
)


def draft_policy(
    size: str,
    preset: str,
    *,
    contacts: int,
    calls: int,
    calendar: str = Calendar.PARTS,
    reason: str = "",
    authority: str = "",
) -> str:
    """Write the policy of a new program.

    Args:
        size: `small`, `medium` or `large`; see `make_preset`.
        preset: `strict`, `standard` or `open`.
        contacts: Visits to expect in a year, from public figures.
        calls: Calls for service to expect in a year, from public figures.
        calendar: `parts` (quarters or halves, and a year) or `year` (one release at the whole cap).
        reason: The board's reason, needed above `standard`.
        authority: Records schedule that allows the retention; it can be named later.

    Returns:
        Text of `privacy.yaml`: complete, with remarks, unsigned.

    Raises:
        PrivacyError: The policy would be refused, as one above `standard` without a reason.
    """
    releases = make_preset(size, preset, contacts=contacts, calls=calls, calendar=calendar)
    terms = {
        "unit": "participant",
        "cap_rho": float(cap_of(preset)),
        "correction_rho": 0,
        "reason": " ".join(reason.split()),
        "deid_basis": "expert_determination",
        "expert": {"name": ""},
        "retention": {
            "raw_days": 7,
            "coded_days": 90,
            "authority": " ".join(authority.split()) or NOT_NAMED,
        },
    }
    laid_out = _lay_out(releases, within="releases", profiles=[])
    written = [_write(terms), _write({"releases": laid_out}), _write({"approvals": []})]
    text = _HEADER.format(size=size, preset=preset) + _remark("\n".join(written))
    check_policy(parse_configuration(text.encode(), name=_NAME))
    return text


def _write(part: Mapping[str, object]) -> str:
    return yaml.dump(part, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=10**6)


def _lay_out(value: object, *, within: str, profiles: list[_Profile]) -> object:
    """Put every table and every public share in a line of its own; equal profiles are one."""
    if not isinstance(value, dict):
        return value
    if within == "tables":
        return {name: _Row(row) for name, row in value.items()}
    if within == "profile":
        made = _Profile((name, _Row(row)) for name, row in value.items())
        profiles.append(made)
        return next(one for one in profiles if one == made)
    return {key: _lay_out(one, within=key, profiles=profiles) for key, one in value.items()}


def _remark(text: str) -> str:
    """Say once what each field is, behind it."""
    left = dict(_REMARKS)
    lines = []
    for line in text.split("\n"):
        said = left.pop(line.strip().partition(":")[0], "")
        lines.append(f"{line:<{_COLUMN}} # {said}" if said else line)
    return "\n".join(lines)
