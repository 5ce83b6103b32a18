"""Codes that an address, a file name and a sheet can carry."""

import pytest
from django.core.exceptions import ValidationError

from pledges.validators import validate_city_code, validate_plan_code, validate_pledge_code


@pytest.mark.parametrize("code", ["7-2-3", "1-11", "III-①-1", "7-1)", "007", "가-1", "x" * 32])
def test_codes_of_real_plans_are_taken(code):
    validate_pledge_code(code)


@pytest.mark.parametrize(
    "code",
    ["", "1/1", "1\\1", "1?", "1#", "../etc", ".", "1\n1", "1\u202e1", "x" * 33, "7-1.json", "7-1.XLSX"],
)
def test_codes_that_would_break_an_address_or_a_file_name_are_refused(code):
    with pytest.raises(ValidationError):
        validate_pledge_code(code)


@pytest.mark.parametrize("code", ["naju", "hanbit", "gangdong-gu", "a1"])
def test_city_codes_are_plain_words(code):
    validate_city_code(code)


@pytest.mark.parametrize(
    "code", ["staff", "import", "admin", "healthz", "Naju", "나주", "a b", "-a", "", "a" * 33]
)
def test_city_codes_that_are_addresses_of_the_portal_are_refused(code):
    with pytest.raises(ValidationError):
        validate_city_code(code)


def test_plan_codes_may_be_pledges_but_no_fixed_word_beside_it():
    validate_plan_code("pledges")
    validate_plan_code("works-2019")
    for code in ("areas", "money", "method", "data", "feed"):
        with pytest.raises(ValidationError):
            validate_plan_code(code)
