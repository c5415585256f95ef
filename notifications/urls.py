from __future__ import annotations

from django.urls import path

from notifications import channel_views, message_views, notice_views, preference_views

_CHANNEL = "desk/admin/channels/<int:pk>/"

urlpatterns = [
    path("c/<slug:customer>/you/mails/", preference_views.you_mails, name="you-mails"),
    path("desk/settings/mails/", preference_views.desk_mails, name="desk-mail-choices"),
    path("c/<slug:customer>/you/quiet/", preference_views.you_quiet, name="you-quiet"),
    path("desk/settings/quiet/", preference_views.desk_quiet, name="desk-quiet"),
    path("c/<slug:customer>/notifications/", notice_views.notices, name="portal-notices"),
    path("desk/notifications/", notice_views.desk_notices, name="desk-notices"),
    path("desk/admin/messages/", message_views.messages_page, name="admin-messages"),
    path("desk/admin/messages/again/", message_views.messages_again, name="admin-messages-again"),
    path("desk/admin/messages/<int:pk>/", message_views.message, name="admin-message"),
    path("desk/admin/messages/<int:pk>/again/", message_views.message_again, name="admin-message-again"),
    path("desk/admin/channels/", channel_views.channels, name="admin-channels"),
    path(_CHANNEL, channel_views.channel, name="admin-channel"),
    path(f"{_CHANNEL}test/", channel_views.channel_test, name="admin-channel-test"),
    path(f"{_CHANNEL}secret/", channel_views.channel_secret, name="admin-channel-secret"),
    path(f"{_CHANNEL}off/", channel_views.channel_off, name="admin-channel-off"),
    path(f"{_CHANNEL}on/", channel_views.channel_on, name="admin-channel-on"),
    path(
        f"{_CHANNEL}messages/<int:message>/again/",
        channel_views.channel_replay,
        name="admin-channel-replay",
    ),
]
