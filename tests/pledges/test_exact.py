"""Decimals that a database sums without losing a ten-thousandth."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Sum

from pledges.exact import EXACT_LIMIT, ExactDecimalField, unscaled
from pledges.models import YearlyTarget
from tests.factories import IndicatorFactory


@pytest.mark.django_db
def test_ten_tenths_sum_to_exactly_one_in_the_database():
    indicator = IndicatorFactory(targets={2000 + n: Decimal("0.1") for n in range(10)})
    assert YearlyTarget.objects.filter(indicator=indicator).aggregate(sum=Sum("value"))["sum"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["0.0001", "-0.0001", "1234.5678", "-3", "0", "1000000000000"])
def test_a_value_reads_back_as_it_was_written(text):
    indicator = IndicatorFactory(targets={2024: Decimal(text)})
    stored = YearlyTarget.objects.get(indicator=indicator)
    assert stored.value == Decimal(text)
    assert YearlyTarget.objects.filter(value=Decimal(text)).exists()
    assert YearlyTarget._meta.get_field("value").value_to_string(stored) == text


@pytest.mark.parametrize("value", ["0.00001", "x", "NaN", "Infinity"])
def test_what_cannot_be_kept_exactly_is_refused(value):
    with pytest.raises(ValidationError):
        ExactDecimalField().to_python(value)


def test_a_value_beyond_the_limit_is_refused():
    field = ExactDecimalField()
    field.run_validators(EXACT_LIMIT)
    with pytest.raises(ValidationError):
        field.run_validators(EXACT_LIMIT + 1)


def test_nothing_stays_nothing():
    assert ExactDecimalField().to_python("") is None
    assert ExactDecimalField().get_prep_value(None) is None


def test_a_model_form_offers_a_decimal_with_four_places():
    field = ExactDecimalField().formfield()
    assert field.clean("1.2345") == Decimal("1.2345")
    with pytest.raises(ValidationError):
        field.clean("1.23456")


@pytest.mark.parametrize(("stored", "value"), [(12000, "1.2"), (-1, "-0.0001"), (0, "0"), (1_000_000, "100")])
def test_unscaled_has_no_trailing_zeros(stored, value):
    assert str(unscaled(stored)) == value
