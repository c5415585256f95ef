"""Who is on call, as the desk reads and changes it in a browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import DeskRecord
from core.tenancy import acting_as, worker_context
from customers import desk_admin_actions
from escalations.rota_access import on_call_people
from escalations.rota_models import Rota, RotaOverride, RotaVersion
from tests.cast import START, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.escalations.rotas import document, layer, publish, put_on_call, weekly

ON_CALL = "/desk/on-call/"


def text_of(page: str) -> str:
    """Return what a page says in its main part, with single spaces."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return text_of(answer.content.decode())


def facts() -> list[str]:
    with acting_as(worker_context()):
        return list(DeskRecord.objects.filter(type__startswith="escalations.").values_list("type", flat=True))


def test_the_desk_reads_who_is_on_call_now_and_next_across_daylight_saving(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    weekly(cast)
    client = browse(cast.engineer)
    said = read(client, ON_CALL)
    assert "Now Desk Engineer Primary Next Desk Lead , from Mon 9 Mar, 09:00 AEDT" in said
    # The clocks go back on 5 April: the hand-over after it is at 09:00 too, one hour later in UTC.
    clock.set(datetime(2026, 4, 4, 1, 0, tzinfo=UTC))
    said = read(client, ON_CALL)
    assert "Next Desk Engineer" in said or "Next Desk Lead" in said
    assert "from Mon 6 Apr, 09:00 AEST" in said
    assert "1 h longer: the clocks change" in said


def test_gaps_are_said_in_words(cast: Cast, browse: Browse) -> None:
    publish(cast, document(layer(cast.engineer.pk, off_dates=["2026-03-05"])))
    said = read(browse(cast.engineer), ON_CALL)
    assert "1 gap in the next 14 days. The first is from Thu 5 Mar, 00:00 AEDT until Fri 6 Mar" in said
    assert "Gap: nobody" in said
    with acting_as(worker_context()):
        rota = Rota.objects.get()
        assert on_call_people(rota.pk, datetime(2026, 3, 4, 14, 0, tzinfo=UTC)) == []
        assert on_call_people(rota.pk, START) == [cast.engineer]


def test_a_later_layer_covers_an_earlier_one_while_it_serves(cast: Cast) -> None:
    nights = layer(cast.manager.pk, name="Nights", hours={"tue": [["17:00", "09:00"]]})
    rota = publish(cast, document(layer(cast.engineer.pk), nights))
    with acting_as(worker_context()):
        tuesday = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)  # 17:00 in Sydney
        assert on_call_people(rota.pk, tuesday - timedelta(seconds=1)) == [cast.engineer]
        assert on_call_people(rota.pk, tuesday) == [cast.manager]
        assert on_call_people(rota.pk, tuesday + timedelta(hours=15, minutes=59)) == [cast.manager]
        assert on_call_people(rota.pk, tuesday + timedelta(hours=16)) == [cast.engineer]


def test_the_rail_says_who_is_on_shift_with_one_query(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/desk/")
        return sum("rotaversion" in one["sql"] for one in captured)

    weekly(cast)
    page = client.get("/desk/").content.decode()
    rail = page[page.index("On shift") : page.index("On call</a>")]
    assert re.search(r"<b>Desk Engineer</b> \(you\)\s*<br>Service desk", rail)
    for number in range(4):
        publish(cast, document(layer(cast.lead.pk)), name=f"Rota {number}")
    assert queries() == 1
    ticket = file_ticket(cast.acme.requester)
    assert client.get(f"/desk/tickets/{ticket.key}/").content.decode().count("<b>Desk Lead</b>") == 4


def test_an_engineer_takes_a_shift_over_and_takes_it_back(cast: Cast, browse: Browse, clock: Clock) -> None:
    rota = weekly(cast)
    client = browse(cast.manager)
    page = client.get(f"{ON_CALL}{rota.pk}/").content.decode()
    found = re.search(r'href="([^"]+override/\?starts_at=[^"]+)"', page)
    assert found
    form = client.get(found[1].replace("&amp;", "&")).content.decode()
    assert 'value="2026-03-09T09:00"' in form  # what was pressed is filled in already
    assert 'value="2026-03-16T09:00"' in form
    answer = client.post(
        f"{ON_CALL}{rota.pk}/override/",
        {"person": cast.manager.pk, "starts_at": "2026-03-09T09:00", "ends_at": "2026-03-16T09:00"},
    )
    assert answer.status_code == 302
    monday = datetime(2026, 3, 8, 22, 0, tzinfo=UTC)
    with acting_as(worker_context()):
        override = RotaOverride.objects.get()
        assert on_call_people(rota.pk, monday) == [cast.manager]
        assert on_call_people(rota.pk, monday - timedelta(seconds=1)) == [cast.engineer]
    clock.set(monday + timedelta(days=2))
    withdraw = f"{ON_CALL}overrides/{override.pk}/withdraw/"
    assert "Desk Manager is on call from" in read(client, withdraw)  # asked first
    assert on_record(rota, monday) == [cast.manager]
    client.post(withdraw)
    with acting_as(worker_context()):
        # What was served stays; from now on the layer holds.
        assert on_call_people(rota.pk, monday) == [cast.manager]
        assert on_call_people(rota.pk, clock.now) == [cast.lead]
    assert client.post(withdraw).status_code == 409
    assert facts() == [
        "escalations.rota_published",
        "escalations.shift_overridden",
        "escalations.override_withdrawn",
    ]


def on_record(rota: Rota, at: datetime) -> list[Any]:
    with acting_as(worker_context()):
        return on_call_people(rota.pk, at)


def test_only_a_lead_puts_somebody_else_on_call_or_takes_anothers_override_back(
    cast: Cast, browse: Browse
) -> None:
    rota = weekly(cast)
    address = f"{ON_CALL}{rota.pk}/override/"
    values = {"person": cast.lead.pk, "ends_at": "2026-03-04T09:00"}
    refused = browse(cast.engineer).post(address, values)
    assert refused.status_code == 422
    assert "Select who is on call." in refused.content.decode()
    assert browse(cast.lead).post(address, {**values, "person": cast.manager.pk}).status_code == 302
    with acting_as(worker_context()):
        [override] = RotaOverride.objects.all()
    page = browse(cast.engineer).get(f"{ON_CALL}overrides/{override.pk}/withdraw/").content.decode()
    assert "or a desk lead takes it back" in page
    assert browse(cast.engineer).post(f"{ON_CALL}overrides/{override.pk}/withdraw/").status_code == 409
    assert on_record(rota, START) == [cast.manager]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "reason"),
    [
        ("2026-03-03T09:59", "2026-03-03T12:00", "what is past stays as it was"),
        ("2026-03-04T09:00", "2026-03-04T09:00", "after the start"),
        ("", "2026-09-04T09:00", "at most 90 days"),
        ("2206-03-04T09:00", "2206-03-05T09:00", "within the next 400 days"),
        ("", "", "Enter a day and a time."),
    ],
)
def test_an_override_that_makes_no_sense_is_refused_beside_its_field(
    cast: Cast, browse: Browse, starts_at: str, ends_at: str, reason: str
) -> None:
    rota = weekly(cast)
    answer = browse(cast.lead).post(
        f"{ON_CALL}{rota.pk}/override/",
        {"person": cast.lead.pk, "starts_at": starts_at, "ends_at": ends_at},
    )
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    with acting_as(worker_context()):
        assert not RotaOverride.objects.exists()


def test_whoever_leaves_the_desk_is_on_call_no_more_and_the_page_says_so(cast: Cast, browse: Browse) -> None:
    rota = weekly(cast)
    with acting_as(context_of(cast.admin)) as now:
        desk_admin_actions.deactivate_desk_person(person=cast.engineer, actor=actor_of(cast.admin), at=now)
    assert on_record(rota, START) == []
    said = read(browse(cast.lead), ON_CALL)
    assert "Now Gap: nobody Desk Engineer has this shift and is not on the desk any more" in said
    rail = browse(cast.lead).get("/desk/").content.decode()
    assert re.search(r"<b>Nobody</b>\s*<br>Service desk", rail)


# --- Writing a rota -----------------------------------------------------------------------------------
def typed(cast: Cast, **more: Any) -> dict[str, Any]:
    """Return the editor's form for a weekly rota of the engineer and the lead."""
    return {
        "name": "Duty manager",
        "timezone": "Australia/Sydney",
        "note": "We begin",
        "base": "0",
        "layer-TOTAL_FORMS": "2",
        "layer-INITIAL_FORMS": "1",
        "layer-0-name": "Primary",
        "layer-0-person-0": cast.engineer.pk,
        "layer-0-person-1": "",
        "layer-0-person-2": cast.lead.pk,
        "layer-0-every": "1",
        "layer-0-unit": "weeks",
        "layer-0-weekday": "mon",
        "layer-0-at": "09:00",
        "layer-0-starts_on": "2026-03-02",
        "layer-1-every": "1",
        "layer-1-unit": "weeks",
        "layer-1-weekday": "mon",
        "layer-1-at": "09:00",
        **more,
    }


def signature(page: str) -> str:
    found = re.search(r'name="previewed" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def test_a_lead_writes_a_rota_sees_four_weeks_of_it_and_saves_it(cast: Cast, browse: Browse) -> None:
    client = browse(cast.lead)
    new = f"{ON_CALL}new/"
    assert client.get(new).status_code == 200
    form = typed(cast, **{"layer-0-region": "NSW"})
    preview = client.post(new, {**form, "step": "preview"})
    assert preview.status_code == 200
    page = preview.content.decode()
    assert "The 4 weeks from" in page
    assert "2026-04-03 Good Friday" in page  # the holidays are dates that can be edited
    assert "Somebody is on call throughout" in text_of(page)
    with acting_as(worker_context()):
        assert not Rota.objects.exists()
    off = re.search(r"<textarea[^>]*layer-0-off_dates[^>]*>\s*(.*?)</textarea>", page, re.DOTALL)
    assert off
    form |= {"layer-0-region": "", "layer-0-off_dates": off[1], "previewed": signature(page)}
    changed = client.post(new, {**form, "layer-0-at": "10:00", "step": "confirm"})
    assert "Something was changed after this was shown" in changed.content.decode()
    assert client.post(new, {**form, "step": "confirm"}).status_code == 302
    with acting_as(worker_context()):
        version = RotaVersion.objects.get()
    assert version.layers[0]["people"] == [cast.engineer.pk, cast.lead.pk]
    assert "2026-12-25" in version.layers[0]["off_dates"]
    assert version.effective_at == START


def test_the_next_version_holds_from_its_instant_and_rewrites_nothing(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    rota = weekly(cast)
    clock.advance(days=1)
    change = f"{ON_CALL}{rota.pk}/change/"
    page = browse(cast.admin).get(change).content.decode()
    assert f'<option value="{cast.lead.pk}" selected>' in page  # it begins with what there is
    form = typed(cast, base="1", effective_at="2026-03-06T12:00", **{"layer-0-person-0": cast.manager.pk})
    seen = browse(cast.admin).post(change, {**form, "step": "preview"}).content.decode()
    saved = browse(cast.admin).post(change, {**form, "step": "confirm", "previewed": signature(seen)})
    assert saved.status_code == 302
    noon = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)
    assert on_record(rota, noon - timedelta(seconds=1)) == [cast.engineer]
    assert on_record(rota, noon) == [cast.manager]
    stale = browse(cast.lead).post(change, {**form, "step": "preview", "note": "Mine"})
    assert stale.status_code == 409
    assert "Someone changed this rota meanwhile" in stale.content.decode()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"note": ""}, "Say why, in a line."),
        ({"timezone": "Mars/Olympus"}, "is not a time zone we know"),
        ({"effective_at": "2026-03-01T09:00"}, "what is past stays as it was"),
        ({"layer-0-person-0": "", "layer-0-person-2": ""}, "Add a layer: somebody has to be on call."),
        ({"layer-0-person-0": "999999"}, "Select somebody who is on the desk."),
        ({"layer-0-name": ""}, "Enter a name, such as Primary."),
        ({"layer-0-starts_on": ""}, "Enter the date of the first turn."),
        ({"layer-0-from_time": "17:00"}, "Enter both times, or neither."),
        ({"layer-0-off_dates": "2026-12-25\nChristmas"}, "Line 2: enter a date"),
        ({"layer-0-off_dates": "2026-13-25"}, "is not a date"),
        ({"layer-0-every": "60"}, "a turn lasts at most a year"),
        (
            {
                "layer-1-name": "Primary",
                "layer-1-person-0": "same",
                "layer-1-starts_on": "2026-03-02",
            },
            "Another layer has this name.",
        ),
    ],
)
def test_what_is_wrong_with_a_rota_is_said_beside_its_field(
    cast: Cast, browse: Browse, more: dict[str, str], reason: str
) -> None:
    form = typed(cast, **more)
    if form.get("layer-1-person-0") == "same":
        form["layer-1-person-0"] = cast.engineer.pk
    answer = browse(cast.lead).post(f"{ON_CALL}new/", {**form, "step": "preview"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "<title>Error: New rota" in page
    assert page.count('id="esum"') == 1
    assert reason in page
    with acting_as(worker_context()):
        assert not Rota.objects.exists()


def test_another_layer_is_added_without_a_script(cast: Cast, browse: Browse) -> None:
    page = browse(cast.lead).post(f"{ON_CALL}new/", typed(cast, step="more")).content.decode()
    assert 'name="layer-2-name"' in page
    assert 'value="Duty manager"' in page  # nothing that was typed is lost


def test_a_rota_is_retired_after_a_question_and_calls_nobody_more(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    rota = weekly(cast)
    clock.advance(hours=1)
    retire = f"{ON_CALL}{rota.pk}/retire/"
    client = browse(cast.lead)
    assert "cannot be brought back" in read(client, retire)
    client.post(retire)
    assert on_record(rota, clock.now) == []
    assert on_record(rota, START) == [cast.engineer]
    assert "1 retired rota" in read(client, ON_CALL)
    assert "Desk Lead ended it" in read(client, f"{ON_CALL}{rota.pk}/")
    assert client.post(retire).status_code == 409
    refused = client.post(
        f"{ON_CALL}{rota.pk}/override/", {"person": cast.lead.pk, "ends_at": "2026-03-05T09:00"}
    )
    assert refused.status_code == 422
    assert "is retired" in refused.content.decode()


def test_the_database_lets_nobody_change_a_version_and_members_read_no_rota(cast: Cast) -> None:
    weekly(cast)
    with pytest.raises(ProgrammingError), acting_as(worker_context()):
        RotaVersion.objects.update(note="Rewritten")
    with pytest.raises(ProgrammingError), acting_as(worker_context()):
        RotaVersion.objects.all()._raw_delete("default")
    with pytest.raises(ProgrammingError), acting_as(context_of(cast.acme.lead)):
        Rota.objects.count()


# --- Programs -----------------------------------------------------------------------------------------
def test_a_program_of_the_desk_reads_who_is_on_call_and_takes_over(cast: Cast, call: Any) -> None:
    rota = weekly(cast)
    client = call(cast.manager)
    [listed] = client.get("/api/v1/rotas/").json()
    assert listed["name"] == "Service desk"
    assert listed["on_call"]["name"] == "Desk Engineer"
    assert listed["on_call"]["until"] == "2026-03-08T22:00:00Z"
    at = client.get(f"/api/v1/rotas/{rota.pk}/on-call/", {"at": "2026-03-10T00:00:00Z"}).json()
    assert [at["person"], at["reason"]] == [cast.lead.pk, "Primary"]
    assert client.get(f"/api/v1/rotas/{rota.pk}/on-call/", {"at": "soon"}).status_code == 400
    address = f"/api/v1/rotas/{rota.pk}/overrides/"
    made = client.post(address, {"ends_at": "2026-03-04T00:00:00Z", "reason": "Swap"}, format="json")
    assert made.status_code == 201
    assert made.json()["person"] == cast.manager.pk
    other = client.post(address, {"person": cast.lead.pk, "ends_at": "2026-03-04T00:00:00Z"}, format="json")
    assert other.status_code == 422
    assert other.json()["errors"]["person"]
    assert client.get("/api/v1/rotas/").json()[0]["on_call"]["name"] == "Desk Manager"


def test_an_override_made_later_wins(cast: Cast) -> None:
    rota = weekly(cast)
    put_on_call(cast, rota, cast.manager, ends_at=START + timedelta(days=2))
    put_on_call(
        cast, rota, cast.admin, starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=3)
    )
    assert [on_record(rota, START + timedelta(hours=hours)) for hours in (23, 24, 47, 72)] == [
        [cast.manager],
        [cast.admin],
        [cast.admin],
        [cast.engineer],
    ]
