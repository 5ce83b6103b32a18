"""The chain of the audit log: one altered, deleted, inserted or reordered entry is found."""

import datetime as dt
import json
import re
import threading
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from pledges.audit import EMPTY_HASH, RedactionRefused, operation, redact, verify
from pledges.audit.chain import digest_of, hash_of
from pledges.models import AuditEntry, AuditHead
from tests.factories import MunicipalityFactory, UserFactory


def write(count, city=None):
    for number in range(count):
        with operation("commented", municipality=city, facts={"number": number, "text": f"본문 {number}"}):
            pass


@pytest.fixture
def chain(db):
    """Seven entries, the first of which made the city and the last six of which say numbers."""
    city = MunicipalityFactory()
    write(6, city)
    assert AuditEntry.objects.count() == 7
    return city


def altered(place, /, **columns):
    assert AuditEntry.objects.filter(sequence=place).update(**columns) == 1


class TestWhole:
    def test_an_empty_log_holds(self, db):
        verdict = verify()
        assert verdict.holds
        assert (verdict.count, verdict.hash) == (0, EMPTY_HASH)

    def test_a_log_holds_and_names_its_head(self, chain):
        head = AuditHead.objects.get()
        verdict = verify()
        assert verdict.holds
        assert (verdict.count, verdict.hash) == (7, head.hash) == (head.sequence, head.hash)

    def test_each_entry_carries_the_hash_before(self, chain):
        hashes = [EMPTY_HASH]
        for entry in AuditEntry.objects.in_chain_order():
            assert entry.previous == hashes[-1]
            hashes.append(entry.hash)
        assert len(set(hashes)) == 8

    def test_entries_are_read_a_few_at_a_time(self, chain, monkeypatch):
        monkeypatch.setattr("pledges.audit.chain.READ_AT_ONCE", 2)
        assert verify().count == 7

    def test_what_is_written_meanwhile_is_walked_too(self, chain, monkeypatch):
        walk = AuditHead.objects.filter
        written = []

        def late(*args, **options):
            if not written:
                written.append(True)
                write(1, chain)
            return walk(*args, **options)

        monkeypatch.setattr(AuditHead.objects, "filter", late)
        assert verify().count == 8


class TestTampering:
    @pytest.mark.parametrize(
        "columns",
        [
            {"action": "approved"},
            {"actor_key": 99},
            {"pledge_key": 3},
            {"pledge_code": "1-1"},
            {"plan_key": 5},
            {"as_of": "2024-03-31"},
            {"municipality": None},
            {"at": F("at") + dt.timedelta(microseconds=1)},
            {"hash": "0" * 64},
            {"previous": "0" * 64},
            {"digest": "0" * 64},
            {"salt": "0" * 32},
            {"body": {"rows": [], "facts": {"number": 9}}},
            {"body": None},
        ],
        ids=lambda columns: next(iter(columns)),
    )
    def test_an_altered_column_is_found(self, chain, columns):
        altered(4, **columns)
        verdict = verify()
        assert (verdict.broken, verdict.count) == (4, 3)
        assert verdict.problem

    def test_an_altered_number_in_a_body_is_found_on_the_database_itself(self, chain):
        table = AuditEntry._meta.db_table
        with connection.cursor() as cursor:
            cast = "::jsonb" if connection.vendor == "postgresql" else ""
            cursor.execute(f"SELECT body FROM {table} WHERE sequence = 5")  # noqa: S608
            (body,) = cursor.fetchone()
            text = body if isinstance(body, str) else json.dumps(body)
            changed = re.sub(r'("number": ?)3', r"\g<1>4", text)
            assert changed != text
            cursor.execute(f"UPDATE {table} SET body = %s{cast} WHERE sequence = 5", [changed])  # noqa: S608
        assert verify().broken == 5

    def test_an_emptied_entry_that_nothing_tells_of_is_found(self, chain):
        altered(4, salt="", body=None)
        verdict = verify()
        assert verdict.broken == 4
        assert verdict.redacted == 1

    def test_a_deleted_entry_is_found(self, chain):
        AuditEntry.objects.filter(sequence=4).delete()
        assert verify().broken == 4

    def test_a_deleted_first_entry_is_found(self, chain):
        AuditEntry.objects.filter(sequence=1).delete()
        assert verify().broken == 1

    def test_a_deleted_entry_with_the_numbers_closed_up_is_found(self, chain):
        AuditEntry.objects.filter(sequence=4).delete()
        for sequence in (5, 6, 7):
            altered(sequence, sequence=sequence - 1)
        AuditHead.objects.update(sequence=6)
        assert verify().broken == 4

    def test_a_cut_off_tail_is_found(self, chain):
        AuditEntry.objects.filter(sequence__gt=5).delete()
        assert verify().broken == 6

    def test_everything_deleted_is_found(self, chain):
        AuditEntry.objects.all().delete()
        assert verify().broken == 1

    def test_a_tail_cut_off_with_its_head_is_found_by_the_hash_noted_outside(self, chain):
        noted = verify().hash
        AuditEntry.objects.filter(sequence__gt=5).delete()
        last = AuditEntry.objects.get(sequence=5)
        AuditHead.objects.update(sequence=5, hash=last.hash)
        assert verify().holds
        assert verify(noted).broken == 6
        assert verify(last.hash).holds
        assert verify(last.previous).holds

    def test_a_log_written_anew_is_found_by_the_hash_noted_outside(self, chain):
        noted = verify().hash
        previous = EMPTY_HASH
        for entry in AuditEntry.objects.in_chain_order():
            entry.action = "forged"
            entry.previous = previous
            entry.digest = digest_of(entry.salt, entry.body)
            previous = hash_of(entry)
            altered(entry.sequence, action="forged", previous=entry.previous, hash=previous)
        AuditHead.objects.update(hash=previous)
        assert verify().holds
        assert not verify(noted).holds

    def test_swapped_entries_are_found(self, chain):
        altered(3, sequence=1000)
        altered(4, sequence=3)
        altered(1000, sequence=4)
        assert verify().broken == 3

    def test_swapped_bodies_are_found(self, chain):
        one, other = AuditEntry.objects.get(sequence=3), AuditEntry.objects.get(sequence=4)
        altered(3, body=other.body, salt=other.salt, digest=other.digest)
        altered(4, body=one.body, salt=one.salt, digest=one.digest)
        assert verify().broken == 3

    def test_an_inserted_entry_is_found(self, chain):
        for sequence in (7, 6, 5, 4):
            altered(sequence, sequence=sequence + 1)
        false = AuditEntry.objects.get(sequence=3)
        false.pk, false.sequence = None, 4
        AuditEntry.objects.bulk_create([false])
        AuditHead.objects.update(sequence=8)
        assert verify().broken == 4

    def test_an_entry_appended_behind_the_head_is_found(self, chain):
        last = AuditEntry.objects.get(sequence=7)
        false = AuditEntry.objects.get(sequence=6)
        false.pk, false.sequence, false.previous = None, 8, last.hash
        false.hash = hash_of(false)
        AuditEntry.objects.bulk_create([false])
        assert verify().broken == 8

    def test_a_head_that_names_another_hash_is_found(self, chain):
        AuditHead.objects.update(hash="1" * 64)
        assert verify().broken == 7

    def test_a_missing_head_is_found(self, chain):
        AuditHead.objects.all().delete()
        assert not verify().holds


class TestRedaction:
    def test_a_redacted_entry_keeps_the_chain_and_says_nothing_any_more(self, chain):
        person = UserFactory()
        before = AuditEntry.objects.get(sequence=4)
        redact(sequence=4, reason="개인정보 삭제 요청", user=person)
        entry, told = AuditEntry.objects.get(sequence=4), AuditEntry.objects.newest_first()[0]
        assert (entry.body, entry.salt) == (None, "")
        assert (entry.at, entry.action, entry.hash) == (before.at, before.action, before.hash)
        assert (told.action, told.actor_key) == ("redacted", person.pk)
        assert told.body == {"rows": [], "facts": {"sequence": 4}, "reason": "개인정보 삭제 요청"}
        assert told.municipality_id == chain.pk
        verdict = verify()
        assert verdict.holds
        assert verdict.redacted == 1

    @pytest.mark.parametrize(("sequence", "reason"), [(4, "  "), (99, "까닭"), (8, "까닭")])
    def test_refused(self, chain, sequence, reason):
        redact(sequence=5, reason="까닭")
        with pytest.raises(RedactionRefused):
            redact(sequence=sequence, reason=reason)
        with pytest.raises(RedactionRefused):
            redact(sequence=5, reason="다시")
        assert AuditEntry.objects.count() == 8

    def test_the_tombstone_must_come_later(self, chain):
        with operation("redacted", municipality=chain, facts={"sequence": 9}):
            pass
        write(1, chain)
        altered(9, salt="", body=None)
        assert verify().broken == 9


class TestCommands:
    def run(self, *args):
        out = StringIO()
        call_command(*args, stdout=out)
        return out.getvalue()

    def test_verify_prints_count_and_head(self, chain):
        text = self.run("audit_verify")
        assert "7" in text
        assert AuditHead.objects.get().hash in text

    def test_verify_names_the_first_broken_entry(self, chain):
        altered(3, action="x")
        altered(5, action="x")
        with pytest.raises(CommandError, match=r"^3번"):
            self.run("audit_verify")

    def test_verify_as_json(self, chain):
        found = json.loads(self.run("audit_verify", "--json"))
        assert found == {
            "holds": True, "count": 7, "hash": AuditHead.objects.get().hash, "redacted": 0, "broken": None,
            "problem": "",
        }  # fmt: skip

    def test_verify_as_json_of_a_broken_log_ends_with_1(self, chain):
        altered(3, action="x")
        out = StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("audit_verify", "--json", stdout=out)
        assert ended.value.code == 1
        assert json.loads(out.getvalue())["broken"] == 3

    def test_verify_expects_a_hash(self, chain):
        noted = AuditHead.objects.get().hash
        assert noted in self.run("audit_verify", "--expect", noted.upper())
        with pytest.raises(CommandError):
            self.run("audit_verify", "--expect", "ab" * 32)

    def test_redact(self, chain):
        self.run("audit_redact", "4", "--reason", "까닭")
        assert AuditEntry.objects.get(sequence=4).body is None
        with pytest.raises(CommandError):
            self.run("audit_redact", "4", "--reason", "까닭")


class TestWrittenByTheRecorderAlone:
    def test_saving_is_refused(self, chain):
        entry = AuditEntry.objects.get(sequence=2)
        with pytest.raises(ValidationError):
            entry.save()
        with pytest.raises(ValidationError):
            AuditEntry(sequence=99).save()

    def test_deleting_is_refused(self, chain):
        with pytest.raises(ValidationError):
            AuditEntry.objects.get(sequence=2).delete()


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    WRITERS, EACH = 6, 8

    def test_writers_at_once_keep_one_chain_without_gaps(self):
        city = MunicipalityFactory()
        start = AuditEntry.objects.count()
        wrong = []
        gate = threading.Barrier(self.WRITERS)

        def work(number):
            try:
                gate.wait()
                for turn in range(self.EACH):
                    with operation("commented", municipality=city.pk, facts={"writer": number, "turn": turn}):
                        pass
            except Exception as error:
                wrong.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(self.WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        verdict = verify()
        assert verdict.holds
        assert verdict.count == start + self.WRITERS * self.EACH
        said = [entry.body["facts"] for entry in AuditEntry.objects.after(start).in_chain_order()]
        assert len({(each["writer"], each["turn"]) for each in said}) == self.WRITERS * self.EACH
        for number in range(self.WRITERS):
            assert [each["turn"] for each in said if each["writer"] == number] == list(range(self.EACH))

    def test_two_first_writers_at_once(self):
        assert not AuditHead.objects.exists()
        gate = threading.Barrier(2)
        wrong = []

        def work():
            try:
                gate.wait()
                with operation("commented", facts={"a": 1}):
                    pass
            except Exception as error:
                wrong.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert verify().count == 2

    def test_what_is_rolled_back_leaves_no_gap(self):
        MunicipalityFactory()
        with pytest.raises(ZeroDivisionError), operation("commented", facts={"a": 1}):
            1 / 0  # noqa: B018
        with operation("commented", facts={"a": 2}):
            pass
        assert verify().holds
        assert verify().count == 2
