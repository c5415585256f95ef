"""The verbs of a ticket. Every one takes keyword-only arguments, an explicit actor and instant, locks the
row, asks the lifecycle, writes, and publishes what happened, all in one transaction."""

from tickets.actions.affected import say_affected, say_unaffected
from tickets.actions.approvals import (
    approve,
    ask_approval,
    decline,
    drop_approval,
    remind_of_approval,
    settle_approvals,
    withdraw_approval,
)
from tickets.actions.articles import answer_article, change_article, move_article, write_article
from tickets.actions.bulk import change_each
from tickets.actions.canned import add_canned_reply, change_canned_reply, switch_canned_reply
from tickets.actions.checklists import (
    add_checklist,
    add_step,
    change_checklist,
    mark_step,
    put_checklist,
    put_due_checklists,
    switch_checklist,
)
from tickets.actions.confirming import confirm_restored
from tickets.actions.contacts import let_member_go, make_contact
from tickets.actions.conversation import Overtaken, post_customer_note, post_internal_note, post_reply
from tickets.actions.deadlines import Deadline, RestoreLeft, set_closing, set_next_deadlines
from tickets.actions.drafts import discard_draft, save_draft, set_then, take_over_draft
from tickets.actions.flow import (
    backdate_restoration,
    close,
    hold,
    mark_restored,
    note_lacking_plan,
    pass_to_desk,
    reopen,
    resolve,
    resume,
    return_to_customer,
)
from tickets.actions.following import add_follower, follow, remove_follower, unfollow
from tickets.actions.handover import NotHandedOver, Passing, accept_handover, hand_over
from tickets.actions.leaving import let_go
from tickets.actions.level1 import (
    assign_at_level_1,
    keep_level_1_steps,
    let_level_1_go,
    name_aws_account,
    tick_at_level_1,
)
from tickets.actions.levels import move_to_level
from tickets.actions.links import link_tickets, unlink_tickets
from tickets.actions.locking import StaleTicket, lock
from tickets.actions.mail import (
    discard_mail,
    forget_mail,
    keep_mail,
    note_mail,
    open_from_mail,
    read_due,
    take_in,
)
from tickets.actions.majors import check_names_nobody_else, update_parts
from tickets.actions.merging import check_target, earlier_start, merge
from tickets.actions.opening import check_start, open_ticket
from tickets.actions.ownership import assign, give_to_team, take, unwatch, watch
from tickets.actions.presence import leave, show_up
from tickets.actions.privacy import set_private
from tickets.actions.reading import mark_read
from tickets.actions.reporting import (
    discard_report,
    drop_report_file,
    keep_report_files,
    save_report,
    send_report,
    sweep_reports,
)
from tickets.actions.reviews import (
    answer_contest,
    ask_for_review,
    contest_hold,
    decide_review,
    tell_leads,
    withdraw_review,
)
from tickets.actions.satisfaction import rate
from tickets.actions.saved_views import (
    UNDO_WITHIN,
    delete_view,
    move_view,
    rename_view,
    restore_view,
    save_view,
    share_view,
)
from tickets.actions.severity import establish_severity, reassess_impact
from tickets.actions.staging import stage_files, sweep_staged, unstage_file, unstage_rest
from tickets.actions.tags import add_tag, merge_tags, rename_tag, switch_tag, tag_ticket, untag_ticket
from tickets.actions.vendor_talk import post_from_vendor, post_to_vendor, share_vendor_message

__all__ = [
    "UNDO_WITHIN",
    "Deadline",
    "NotHandedOver",
    "Overtaken",
    "Passing",
    "RestoreLeft",
    "StaleTicket",
    "accept_handover",
    "add_canned_reply",
    "add_checklist",
    "add_follower",
    "add_step",
    "add_tag",
    "answer_article",
    "answer_contest",
    "approve",
    "ask_approval",
    "ask_for_review",
    "assign",
    "assign_at_level_1",
    "backdate_restoration",
    "change_article",
    "change_canned_reply",
    "change_checklist",
    "change_each",
    "check_names_nobody_else",
    "check_start",
    "check_target",
    "close",
    "confirm_restored",
    "contest_hold",
    "decide_review",
    "decline",
    "delete_view",
    "discard_draft",
    "discard_mail",
    "discard_report",
    "drop_approval",
    "drop_report_file",
    "earlier_start",
    "establish_severity",
    "follow",
    "forget_mail",
    "give_to_team",
    "hand_over",
    "hold",
    "keep_level_1_steps",
    "keep_mail",
    "keep_report_files",
    "leave",
    "let_go",
    "let_level_1_go",
    "let_member_go",
    "link_tickets",
    "lock",
    "make_contact",
    "mark_read",
    "mark_restored",
    "mark_step",
    "merge",
    "merge_tags",
    "move_article",
    "move_to_level",
    "move_view",
    "name_aws_account",
    "note_lacking_plan",
    "note_mail",
    "open_from_mail",
    "open_ticket",
    "pass_to_desk",
    "post_customer_note",
    "post_from_vendor",
    "post_internal_note",
    "post_reply",
    "post_to_vendor",
    "put_checklist",
    "put_due_checklists",
    "rate",
    "read_due",
    "reassess_impact",
    "remind_of_approval",
    "remove_follower",
    "rename_tag",
    "rename_view",
    "reopen",
    "resolve",
    "restore_view",
    "resume",
    "return_to_customer",
    "save_draft",
    "save_report",
    "save_view",
    "say_affected",
    "say_unaffected",
    "send_report",
    "set_closing",
    "set_next_deadlines",
    "set_private",
    "set_then",
    "settle_approvals",
    "share_vendor_message",
    "share_view",
    "show_up",
    "stage_files",
    "sweep_reports",
    "sweep_staged",
    "switch_canned_reply",
    "switch_checklist",
    "switch_tag",
    "tag_ticket",
    "take",
    "take_in",
    "take_over_draft",
    "tell_leads",
    "tick_at_level_1",
    "unfollow",
    "unlink_tickets",
    "unstage_file",
    "unstage_rest",
    "untag_ticket",
    "unwatch",
    "update_parts",
    "watch",
    "withdraw_approval",
    "withdraw_review",
    "write_article",
]
