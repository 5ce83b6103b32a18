"""The course of the study groups."""

from studygroups.workflow.publishing import publish_programmes

__all__ = ["publish_programmes"]
