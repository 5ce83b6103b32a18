"""The audit log: who changed what, when and why, each row chained to the one before."""

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pledges.models.places import Municipality
from pledges.querysets import AuditQuerySet


class AuditEntry(models.Model):
    """One operation on one pledge (or on none): every field that it changed, old and new.

    ``sequence`` counts from 1 without gaps. ``hash`` is the SHA-256 over the
    previous row's hash, this row's own columns, and ``digest``; ``digest`` is
    the SHA-256 over ``salt`` and ``body``. So a row's contents can be erased
    (salt and body emptied, by ``audit_redact``, which logs that it did) while
    the chain still holds. ``actor_key`` is the primary key of the person, a
    bare number once the person is erased; null is the command line. ``pledge_key``
    is a number for the same reason: the log outlives what it speaks of.
    """

    sequence = models.PositiveBigIntegerField(_("sequence"), unique=True)
    at = models.DateTimeField(_("at"))
    actor_key = models.BigIntegerField(_("person"), null=True)
    action = models.CharField(_("action"), max_length=40)
    municipality = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        related_name="audit_entries",
        null=True,
        verbose_name=_("municipality"),
    )
    plan_key = models.BigIntegerField(_("plan"), null=True)
    pledge_key = models.BigIntegerField(_("pledge"), null=True)
    pledge_code = models.CharField(_("pledge number"), max_length=32, blank=True)
    as_of = models.DateField(_("as of"), null=True)
    body = models.JSONField(_("changes"), encoder=DjangoJSONEncoder, null=True)
    salt = models.CharField(_("salt"), max_length=32, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    previous = models.CharField(_("hash of the row before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-sequence"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes = [
            models.Index(fields=["municipality", "-sequence"], name="audit_by_city"),
            models.Index(fields=["pledge_key", "-sequence"], name="audit_by_pledge"),
            models.Index(fields=["actor_key", "-sequence"], name="audit_by_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sequence__gte=1), name="audit_sequence_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"

    def save(self, *args: object, **kwargs: object) -> None:
        raise ValidationError(_("The audit log is written by the recorder alone."))

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        raise ValidationError(_("The audit log is never deleted from."))


class AuditHead(models.Model):
    """Where the log stands: one row, locked by whoever writes the next entry."""

    sequence = models.PositiveBigIntegerField(_("sequence"), default=0)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("head of the audit log")
        verbose_name_plural = _("head of the audit log")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="audit_one_head")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.hash[:12]}"
