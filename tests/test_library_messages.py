"""What Django and allauth say in our forms is said as the rest of the portal says things."""

import re
from pathlib import Path

import polib
import pytest
from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.contrib.auth.password_validation import (
    get_default_password_validators,
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext

from pledges.forms.people import AcceptForm, InviteForm
from pledges.models import User
from tests.factories import MunicipalityFactory

ROOT = Path(__file__).resolve().parent.parent
# What a person fills in or gets wrong: imperatives of another style, and bare nouns.
OTHER_STYLE = re.compile(r"세요|주십시요|십시요|해 ?주|바랍니다")


@pytest.fixture(autouse=True)
def _korean():
    with translation.override("ko"):
        yield


class Everything(forms.Form):
    text = forms.CharField(min_length=3, max_length=5)
    short = forms.CharField(max_length=5)
    email = forms.EmailField()
    day = forms.DateField()
    whole = forms.IntegerField(min_value=1)
    most = forms.IntegerField(max_value=9)
    number = forms.DecimalField(max_digits=3, decimal_places=1)
    choice = forms.ChoiceField(choices=[("a", "가")])
    choices = forms.MultipleChoiceField(choices=[("a", "가")])
    file = forms.FileField()


WRONG = {
    "text": "가",
    "short": "가나다라마바",
    "email": "아님",
    "day": "아님",
    "whole": "0",
    "most": "10",
    "number": "1234.56",
    "choice": "b",
    "choices": ["b"],
}


@pytest.mark.parametrize(
    "data", [{}, WRONG, {**WRONG, "whole": "아님", "number": "아님", "text": "\0가나다"}]
)
def test_every_message_of_a_field_is_in_the_portals_style(data):
    form = Everything(data)
    assert set(form.errors) == set(form.fields)
    said = [message for messages in form.errors.values() for message in messages]
    assert [each for each in said if OTHER_STYLE.search(each)] == []
    assert all(re.search("십시오|니다", each) for each in said), said


def test_counts_are_told():
    errors = Everything(WRONG).errors
    assert errors["text"] == ["3자 이상 입력하십시오(입력한 글자 1자)."]
    assert errors["short"] == ["5자 이내로 입력하십시오(입력한 글자 6자)."]
    assert errors["whole"] == ["1 이상으로 입력하십시오."]


def test_passwords_are_refused_and_explained_in_the_portals_style():
    said = [*password_validators_help_texts()]
    for password in ("a", "12345678901", "password12", "person1abc"):
        with pytest.raises(ValidationError) as refused:
            validate_password(password, User(username="person1abc"))
        said += refused.value.messages
    assert len(get_default_password_validators()) == 4
    assert "비밀번호가 너무 짧습니다. 10자 이상 입력하십시오." in said
    assert [each for each in said if OTHER_STYLE.search(each)] == []


@pytest.mark.parametrize(
    "name",
    [
        "account_inactive",
        "email_password_mismatch",
        "username_password_mismatch",
        "enter_current_password",
        "incorrect_password",
        "incorrect_code",
        "invalid_password_reset",
        "too_many_login_attempts",
        "rate_limited",
        "email_taken",
    ],
)
def test_login_and_account_refuse_in_the_portals_style(name):
    said = str(DefaultAccountAdapter.error_messages[name])
    assert said.endswith("니다.") or said.endswith("십시오.")
    assert not OTHER_STYLE.search(said)


@pytest.mark.django_db
def test_our_own_forms_speak_one_style():
    invite = InviteForm(
        {"email": "아님", "name": "가" * 61, "role": "mayor"}, municipality=MunicipalityFactory()
    )
    accept = AcceptForm({"username": "가" * 151})
    said = [message for form in (invite, accept) for messages in form.errors.values() for message in messages]
    assert len(said) >= 6
    assert [each for each in said if OTHER_STYLE.search(each)] == []


def test_korean_catalogue_has_one_style_and_one_spelling():
    entries = polib.pofile(str(ROOT / "config/locale/ko/LC_MESSAGES/django.po"))
    texts = [entry.msgstr or entry.msgstr_plural.get(0, "") for entry in entries]
    assert [text for text in texts if OTHER_STYLE.search(text)] == []
    assert [text for text in texts if "임시 저장" in text or "결재로)" in text] == []
    # An edition is 공표; 공개 is what everybody may see: pages, open data, and the demo's password.
    seen_by_all = ("공개 페이지", "공개 데이터", "비밀번호가 공개")
    assert [t for t in texts if "공개" in t and not any(words in t for words in seen_by_all)] == []
    assert gettext("Publish now") == "공표하기"
