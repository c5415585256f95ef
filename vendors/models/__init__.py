"""Rows of vendors, of the links to customers' accounts there, and of cases."""

from vendors.models.cases import CaseStatus, VendorCase, VendorCaseQuerySet, VendorFile, VendorMessage
from vendors.models.directory import SupportPlan, Vendor, VendorTarget, Way
from vendors.models.links import (
    AccountLink,
    AccountLinkQuerySet,
    Channel,
    FindingChoice,
    LinkStateChoice,
    PlanObservation,
    PushHint,
    PushKey,
)
from vendors.models.outgoing import Outgoing, OutgoingQuerySet

__all__ = [
    "AccountLink",
    "AccountLinkQuerySet",
    "CaseStatus",
    "Channel",
    "FindingChoice",
    "LinkStateChoice",
    "Outgoing",
    "OutgoingQuerySet",
    "PlanObservation",
    "PushHint",
    "PushKey",
    "SupportPlan",
    "Vendor",
    "VendorCase",
    "VendorCaseQuerySet",
    "VendorFile",
    "VendorMessage",
    "VendorTarget",
    "Way",
]
