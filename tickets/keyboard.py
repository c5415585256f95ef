"""The keys of the desk's pages, what each does, and how a control says that it has one.

A key presses a control that can be seen, which names it in `data-key`; only moving between rows and choosing
them has no control of its own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """What some keys do: `keys` are alternatives or, with `then`, one after another; `code` is for `data-key`."""

    code: str
    keys: tuple[str, ...]
    does: str
    then: bool = False


QUEUE = (
    Shortcut(code="j", keys=("J",), does="Next ticket"),
    Shortcut(code="k", keys=("K",), does="Previous ticket"),
    Shortcut(code="enter", keys=("Enter",), does="Open the ticket"),
    Shortcut(code=" ", keys=("Space",), does="Peek at the ticket without leaving the list"),
    Shortcut(code="x", keys=("X",), does="Choose the ticket; with Shift, all up to it"),
    Shortcut(code="m", keys=("M",), does="Mark its new replies as read"),
    Shortcut(code="f", keys=("F",), does="Filter"),
    Shortcut(code=".", keys=(".",), does="Show what is new"),
    Shortcut(code="c", keys=("C",), does="New ticket"),
)
TICKET = (
    Shortcut(code="t", keys=("T",), does="Take"),
    Shortcut(code="a", keys=("A",), does="Assign"),
    Shortcut(code="e", keys=("E",), does="Escalate, or take back"),
    Shortcut(code="s", keys=("S",), does="Establish severity"),
    Shortcut(code="r", keys=("R",), does="Reply to the customer"),
    Shortcut(code="n", keys=("N",), does="Internal note"),
    Shortcut(code="v", keys=("V",), does="AWS case, or reply to AWS"),
    Shortcut(code="p", keys=("P",), does="Hold, or end the hold"),
    Shortcut(code="d", keys=("D",), does="Restored, then resolve"),
    Shortcut(code="l", keys=("L",), does="Link to another ticket"),
    Shortcut(code="/", keys=("/",), does="Canned reply on a ticket; search in the list"),
)
GO = (
    Shortcut(code="g q", keys=("G", "Q"), does="Due next", then=True),
    Shortcut(code="g m", keys=("G", "M"), does="My tickets", then=True),
    Shortcut(code="g u", keys=("G", "U"), does="Unassigned", then=True),
    Shortcut(code="g w", keys=("G", "W"), does="With AWS", then=True),
    Shortcut(code="g c", keys=("G", "C"), does="Customers", then=True),
    Shortcut(code="g a", keys=("G", "A"), does="Approvals", then=True),
)
ALWAYS = (
    Shortcut(code="mod k", keys=("Ctrl", "K"), does="Search and commands (on a Mac with Cmd)"),
    Shortcut(code="mod enter", keys=("Ctrl", "Enter"), does="Send what you are writing (on a Mac with Cmd)"),
    Shortcut(code="escape", keys=("Esc",), does="Close what is open, or clear what is chosen"),
    Shortcut(code="?", keys=("?",), does="This list"),
)
GROUPS = (
    ("In a list", QUEUE),
    ("On a ticket, or on the chosen row", TICKET),
    ("Go to", GO),
    ("Everywhere", ALWAYS),
)

#: Which views and pages of the rail have a key.
GO_TO = {
    "due": "g q",
    "mine": "g m",
    "unassigned": "g u",
    "vendor": "g w",
    "desk-customers": "g c",
    "desk-approvals": "g a",
}
#: Which forms of a ticket's page have a key.
ACTIONS = {
    "assign": "a",
    "severity": "s",
    "escalate": "e",
    "hold": "p",
    "restored": "d",
    "resolve": "d",
    "link": "l",
}
