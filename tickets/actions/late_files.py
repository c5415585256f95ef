from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from core.tenancy import Actor
from tickets import files as stored_files
from tickets.actions.locking import lock, save
from tickets.models import Attachment, AudienceChoice, Message
from tickets.search import add_words


@transaction.atomic
def attach_later(*, message: Message, actor: Actor, at: datetime, file: UploadedFile[Any]) -> Attachment:
    """Add a file to a message that only the desk reads, such as one of a vendor that was fetched after it.

    It passes the same checks as every other; raises Refused when it does not.
    """
    if message.audience != AudienceChoice.DESK:
        raise ValueError("what others read is attached when it is written")
    ticket = lock(message.ticket)
    [checked] = stored_files.check([file])
    attachment = Attachment.objects.create(
        customer_id=message.customer_id,
        ticket=ticket,
        message=message,
        audience=message.audience,
        name=checked.name,
        size=checked.size,
        content_type=checked.content_type,
        sha256=checked.sha256,
        stored_name=stored_files.store(checked),
        uploaded_by=actor.name,
        at=at,
    )
    add_words(ticket, AudienceChoice.DESK, checked.name)
    save(ticket, at)
    return attachment
