from __future__ import annotations

from django.urls import path

from reports.views import portal_review_views, review_views

_ONE = "desk/reviews/<int:pk>/"

urlpatterns = [
    path("desk/reviews/", review_views.reviews, name="desk-reviews"),
    path("desk/reviews/new/", review_views.review_new, name="desk-review-new"),
    path(_ONE, review_views.review, name="desk-review"),
    path(f"{_ONE}building/", review_views.review_build_state, name="desk-review-building"),
    path(f"{_ONE}build/", review_views.review_build, name="desk-review-build"),
    path(f"{_ONE}words/", review_views.review_words, name="desk-review-words"),
    path(f"{_ONE}day/", review_views.review_day, name="desk-review-day"),
    path(f"{_ONE}seal/", review_views.review_seal, name="desk-review-seal"),
    path(f"{_ONE}send/", review_views.review_send, name="desk-review-send"),
    path(f"{_ONE}issue/", review_views.review_issue, name="desk-review-issue"),
    path(f"{_ONE}file.<slug:kind>", review_views.review_file, name="desk-review-file"),
    path("c/<slug:customer>/reviews/", portal_review_views.portal_reviews, name="portal-reviews"),
    path(
        "c/<slug:customer>/reviews/mail/", portal_review_views.portal_reviews_mail, name="portal-reviews-mail"
    ),
    path("c/<slug:customer>/reviews/<int:pk>/", portal_review_views.portal_review, name="portal-review"),
    path(
        "c/<slug:customer>/reviews/<int:pk>/file.<slug:kind>",
        portal_review_views.portal_review_file,
        name="portal-review-file",
    ),
]
