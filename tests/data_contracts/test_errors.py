"""Mirrors data_contracts/errors.py."""

import pytest
from pydantic import BaseModel, ValidationError

from data_contracts.errors import ContractError, explain


class Door(BaseModel):
    width: int


def test_a_wrong_field_is_named_without_its_value() -> None:
    with pytest.raises(ValidationError) as caught:
        Door.model_validate({"width": "canary"})

    said = explain("door.yaml", caught.value)

    assert said.startswith("door.yaml does not fit. width: ")
    assert "canary" not in said


def test_what_is_no_mapping_is_told_in_one_line() -> None:
    said = explain("door.yaml", TypeError("canary"))

    assert said == "door.yaml is not a mapping of fields. See the example in examples/."


def test_a_contract_error_is_no_value_error() -> None:
    """Pydantic would swallow a ValueError raised in a validator."""
    assert not issubclass(ContractError, ValueError)
