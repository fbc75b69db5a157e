"""Mirrors data_contracts/errors.py."""

from collections.abc import Mapping
from datetime import date
from typing import Self

import pytest
from pydantic import BaseModel, ValidationError, model_validator

from data_contracts.errors import ContractError, explain


class Door(BaseModel):
    width: int


def test_a_wrong_field_is_named_without_its_value() -> None:
    with pytest.raises(ValidationError) as caught:
        Door.model_validate({"width": "canary"})

    said = explain("door.yaml", caught.value)

    assert said.startswith("door.yaml does not fit. width: ")
    assert "canary" not in said


class Window(BaseModel):
    low: int
    high: int

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        return self


class House(BaseModel):
    windows: Mapping[date, Window | Mapping[str, Window]]


def test_a_field_of_several_shapes_is_told_by_the_nearest_one() -> None:
    """Nobody who writes a file knows the names that pydantic gives to shapes."""
    with pytest.raises(ValidationError) as caught:
        House.model_validate({"windows": {"2023-01-01": {"low": 1}}})

    said = explain("house.yaml", caught.value)

    assert said == "house.yaml does not fit. windows.2023-01-01.high: Field required."


def test_what_is_no_mapping_is_told_in_one_line() -> None:
    said = explain("door.yaml", TypeError("canary"))

    assert said == "door.yaml is not a mapping of fields. See the example in examples/."


def test_a_contract_error_is_no_value_error() -> None:
    """Pydantic would swallow a ValueError raised in a validator."""
    assert not issubclass(ContractError, ValueError)
