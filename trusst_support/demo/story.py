"""What happens in the demonstration: each ticket with its steps, in minutes before now and after opening."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tickets.models import ResolutionCode
from tickets.severity import Affected, Environment, Impact, SecurityRisk, Work

_LIVE, _TEST = Environment.PRODUCTION, Environment.NON_PRODUCTION


def _impact(work: Work, *, way: bool = False, who: Affected = Affected.TEAM) -> Impact:
    return Impact(environment=_LIVE, work=work, has_workaround=way, affected=who)


P1 = _impact(Work.STOPPED, who=Affected.BUSINESS)
P2 = _impact(Work.DEGRADED)
P2_STOPPED = _impact(Work.STOPPED, way=True)
P3 = _impact(Work.DEGRADED, way=True)
P3_NUISANCE = _impact(Work.NUISANCE, who=Affected.FEW)
P4 = Impact(environment=_TEST, work=Work.NUISANCE, has_workaround=False, affected=Affected.FEW)
P2_SECURITY = Impact(
    environment=_LIVE,
    work=Work.UNAFFECTED,
    has_workaround=False,
    affected=Affected.BUSINESS,
    security=SecurityRisk.HIGH,
)
HOUR, DAY = 60, 24 * 60


@dataclass(frozen=True)
class Step:
    """Something that somebody does `after` minutes after the report; `who` is a first name."""

    after: int
    who: str
    verb: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tale:
    """One ticket of the demonstration, reported `ago` minutes before now."""

    customer: str
    ago: int
    subject: str
    text: str
    impact: Impact
    service: str = ""
    account: str = ""
    to_desk: bool = True
    by: int = 1
    steps: tuple[Step, ...] = ()


def reply(after: int, who: str, body: str) -> Step:
    return Step(after, who, "reply", {"body": body})


def note(after: int, who: str, body: str) -> Step:
    return Step(after, who, "note", {"body": body})


def take(after: int, who: str) -> Step:
    return Step(after, who, "take")


def confirm(after: int, who: str, severity: int, reason: str) -> Step:
    return Step(after, who, "severity", {"severity": severity, "reason": reason})


def hold(after: int, who: str, reason: str, what: str, *, owner: str, evidence: str = "") -> Step:
    return Step(after, who, "hold", {"reason": reason, "owner": owner, "note": what, "evidence": evidence})


def reassess(after: int, who: str, work: Work, why: str, affected: Affected) -> Step:
    return Step(after, who, "reassess", {"impact": _impact(work, who=affected), "reason": why})


def restored(after: int, who: str) -> Step:
    return Step(after, who, "restored")


def restored_earlier(after: int, who: str, *, ago: int) -> Step:
    """Say that service was back some minutes before."""
    return Step(after, who, "restored", {"ago": ago})


def exclude(after: int, who: str, reason: str, evidence: str, **times: int) -> Step:
    """Propose an exclusion; `starts_at` and `ends_at` are minutes after the report."""
    return Step(after, who, "exclude", {"reason": reason, "evidence": evidence, **times})


def ask(
    after: int,
    who: str,
    kind: str,
    what: str,
    *,
    hours: int,
    risk: str,
    no: str,
    live: bool,
    decider: str = "",
) -> Step:
    """Ask the customer for access or an approval, and give them some hours to answer."""
    asked = {"kind": kind, "what": what, "hours": hours, "risk": risk, "effect_of_no": no}
    return Step(after, who, "ask", {**asked, "touches_production": live, "decider": decider})


def hand_over(after: int, who: str, checked: str, **more: str) -> Step:
    """Pass a ticket to the desk; `access_by` is a first name."""
    return Step(after, who, "hand over", {"checked": checked, **more})


def took(after: int, who: str, *done: str) -> tuple[Step, ...]:
    """Take a ticket at Level 1, and go through some steps of the checklist."""
    ticks = (Step(after + 2, who, "level1-tick", {"text": text, "is_done": True}) for text in done)
    return (Step(after, who, "level1-take"), *ticks)


def decide(after: int, who: str, verb: str, reason: str) -> Step:
    return Step(after, who, f"{verb} exclusion", {"reason": reason})


def resolve(after: int, who: str, code: str = ResolutionCode.FIXED) -> Step:
    return Step(after, who, "resolve", {"code": code})


def ask_aws(
    after: int,
    who: str,
    account: str,
    severity: str,
    body: str,
    *,
    about: tuple[str, str],
    number: str = "",
    refused: str = "",
) -> Step:
    """Open a case at AWS about a service and a category; with `refused` AWS does not take it."""
    asked = {"account": account, "severity": severity, "body": body, "number": number, "refused": refused}
    return Step(after, who, "ask aws", {**asked, "service": about[0], "category": about[1]})


def aws_says(after: int, status: str, body: str = "", *, automatic: bool = False) -> Step:
    """Let AWS write on the ticket's case, and give it a status."""
    return Step(after, "AWS", "aws says", {"status": status, "body": body, "is_automatic": automatic})


def aws_received(after: int) -> Step:
    """Let AWS acknowledge the ticket's case by itself."""
    return aws_says(after, "opened", "We received your case. This is an automated message.", automatic=True)


def tell_aws(after: int, who: str, body: str) -> Step:
    return Step(after, who, "tell aws", {"body": body})


def share_aws(after: int, who: str) -> Step:
    """Show the customer what AWS wrote last."""
    return Step(after, who, "share aws")


_DATABASE = ("amazon-relational-database-service-postgresql", "connectivity-issues")
_STORAGE = ("amazon-simple-storage-service", "replication")
_VPN = ("amazon-virtual-private-cloud", "vpn")
_QUEUES = ("aws-lambda", "throttling")
_KEYS = ("aws-identity-and-access-management", "other")


def _solved(who: str, *, first: int, end: int, news: str, fixed: str) -> tuple[Step, ...]:
    """Return the steps of a ticket that went well."""
    return (
        take(first, who),
        reply(first, who, news),
        restored(end, who),
        reply(end + 2, who, fixed),
        resolve(end + 5, who),
    )


TALES: tuple[Tale, ...] = (
    Tale(
        customer="acme",
        ago=95,
        subject="Orders API down, database failover stuck in production",
        text="Since about ten minutes every call to `/orders` answers **503**. Dispatch is on paper.\n\n"
        "- App restarted twice, no change\n- The database console shows *failing over* without end",
        impact=P1,
        service="Orders API",
        account="acme-prod",
        steps=(
            take(7, "Tom"),
            reply(9, "Tom", "I have your report and am on the failover now. Next news within the hour."),
            confirm(12, "Tom", 1, "Dispatch is stopped for the whole business and there is no way around."),
            note(
                25,
                "Mei",
                "Storage of the standby did not attach. @Tom, start the snapshot restore in parallel.",
            ),
            reply(
                60,
                "Tom",
                "The standby took over, but its storage did not attach. We opened a case with AWS and "
                "restore the 12:00 snapshot as a fallback.",
            ),
            ask_aws(
                57,
                "Tom",
                "acme-prod",
                "critical",
                "The failover of our production database began at 12:02 and does not end: the standby took over,"
                " but its storage volume is not attached. All orders are down.\n\n"
                "Region: ap-southeast-2. Please look why the volume does not attach.",
                about=_DATABASE,
                number="176402918835",
            ),
            aws_received(58),
            hold(
                62,
                "Tom",
                "vendor",
                "AWS attaches the volume of the standby",
                owner="AWS Support",
                evidence="Case 176402918835, opened as business-critical system down",
            ),
            aws_says(
                74,
                "work-in-progress",
                "Hello Tom,\n\nI can reproduce that the volume does not attach, and have engaged our storage"
                " team. Next news within 30 minutes.\n\nAlex",
            ),
            share_aws(80, "Tom"),
            Step(70, "Ben", "contest", {"reason": "The snapshot restore is your own work. It goes on."}),
        ),
    ),
    Tale(
        customer="tidewater",
        ago=38,
        subject="Card gateway refuses every second payment",
        text="About half of the card payments are refused with *timeout*. Branches ask members for cash.",
        impact=P2,
        service="Card gateway",
        account="tidewater-core",
        by=0,
    ),
    Tale(
        customer="banksia",
        ago=22,
        subject="Imaging archive answers slowly for two hospitals",
        text="Opening a study takes 40 seconds instead of 3. Radiology can work, with delays.",
        impact=P2,
        service="Imaging archive",
        account="banksia-clinical",
        steps=(
            take(6, "Priya"),
            reply(14, "Priya", "I see the queue on the storage gateway and am clearing it."),
            ask_aws(
                16,
                "Priya",
                "banksia-clinical",
                "high",
                "Reads from the archive's bucket take 40 seconds instead of 3 since 20 minutes ago, from two"
                " hospitals. Other buckets of the account are fast.",
                about=_STORAGE,
            ),
            aws_received(17),
            confirm(15, "Priya", 3, "Studies open, slowly; radiology works on."),
            reassess(
                17, "Imran", Work.STOPPED, "The second hospital cannot open studies at all", Affected.TEAM
            ),
            Step(
                19,
                "Imran",
                "review",
                {"severity": 1, "reason": "Theatre lists wait for images. P3 is wrong for this."},
            ),
        ),
    ),
    Tale(
        customer="corella",
        ago=75,
        subject="Billing run stopped at step 4",
        text="The nightly billing run stopped. We can restart it by hand for each region.",
        impact=P2_STOPPED,
        service="Billing run",
        account="corella-ops",
        steps=(
            Step(
                68,
                "Ruth",
                "waive",
                {"clock": "respond-1", "reason": "Corella's team was on the phone with us from the start."},
            ),
            ask(
                71,
                "Priya",
                "access",
                "Administrator access to corella-ops, to start the billing run again at step 4",
                hours=4,
                risk="Bills of one region could be sent twice; we stop before sending and compare.",
                no="You restart each region by hand, as now.",
                live=True,
            ),
        ),
    ),
    Tale(
        customer="wattle",
        ago=300,
        subject="Volume of the stock database stuck in optimising",
        text="The stock system is slow since the volume was enlarged. Shops can sell.",
        impact=P3,
        service="Stock system",
        account="wattle-shop",
        steps=(
            take(20, "Priya"),
            reply(31, "Priya", "Enlarging the volume is still running on the AWS side."),
            hold(
                35,
                "Priya",
                "vendor",
                "AWS finishes optimising the volume",
                owner="AWS",
                evidence="The volume's state in the console of wattle-shop is optimising",
            ),
        ),
    ),
    Tale(
        customer="acme",
        ago=26 * HOUR,
        subject="VPN to the Port Botany depot drops every few minutes",
        text="Scanners reconnect each time. Please look at the tunnel on our AWS side.",
        impact=P3,
        service="Depot network",
        account="acme-prod",
        to_desk=False,
        by=0,
        steps=(
            Step(40, "Ben", "note", {"body": "Router at the depot restarted, still drops. Passing it on."}),
            hand_over(
                45, "Ben", "Restarted the depot's router; its line is up. It drops again after minutes."
            ),
            take(70, "Tom"),
            reply(
                80, "Tom", "Which of the two tunnels do the scanners use? The logs show one healthy tunnel."
            ),
            hold(81, "Tom", "customer_reply", "Which tunnel the scanners use", owner="Aisha Rahman"),
            exclude(
                600,
                "Tom",
                "customer_network",
                "The depot's router restarts every four minutes; its own log of today says so.",
                starts_at=120,
            ),
            ask_aws(
                620,
                "Tom",
                "acme-prod",
                "normal",
                "The tunnel to Port Botany drops every four minutes. Its state says up the whole time. Please"
                " compare with what your side of the tunnel logs.",
                about=_VPN,
            ),
            aws_received(621),
            aws_says(
                655,
                "pending-customer-action",
                "Our side receives no dead-peer detection from your device at these times. Please send the"
                " device's log of one drop, and its model.\n\nMarta",
            ),
            decide(660, "Mei", "approve", "The router is yours, and the tunnel on our side is healthy."),
            tell_aws(
                690,
                "Tom",
                "The log of 11:04 is below; the device is a small branch router of the customer's.\n\n"
                "11:04:12 peer dead, rekey\n11:04:31 up",
            ),
            decide(1500, "Ben", "contest", "We replaced the router at noon, and it still drops."),
            ask(
                1510,
                "Tom",
                "approval",
                "Replace the tunnel to Port Botany tonight between 22:00 and 22:30",
                hours=10,
                risk="The depot is offline for up to ten minutes.",
                no="We keep the old tunnel and collect logs for another night.",
                live=True,
            ),
        ),
    ),
    Tale(
        customer="acme",
        ago=50,
        subject="Timesheet app shows last week's roster",
        text="Since this morning the roster is a week old. People write their hours on paper.",
        impact=P3_NUISANCE,
        service="Dispatch app",
        to_desk=False,
        by=0,
        steps=took(12, "Ben", "Ask whether others see it too", "Restart the app on one device"),
    ),
    Tale(
        customer="acme",
        ago=26,
        subject="Scanner gun of bay 4 does not pair",
        text="It blinks red and finds no station. We use the one of bay 5 meanwhile.",
        impact=P3_NUISANCE,
        service="Dispatch app",
        to_desk=False,
        by=0,
    ),
    Tale(
        customer="acme",
        ago=3 * HOUR,
        subject="Proof-of-delivery photographs arrive hours late",
        text="Drivers send them, customers see them in the evening.",
        impact=P3,
        service="Dispatch app",
        account="acme-prod",
        to_desk=False,
        by=0,
        steps=(
            *took(
                10,
                "Ben",
                "Ask whether others see it too",
                "Look at the status page of the service",
                "Write down the exact error and the time",
                "Try it outside the depot's network",
            ),
            hand_over(
                160,
                "Ben",
                "All depots see it, on every network. The app says “queued”; the queue's page has 4,200 entries.",
                changed="The release of Monday night.",
                access_by="Joel",
                call_back="0491 570 156",
                evidence="From the app's log:\n\n```\nupload deferred: 429 from media-intake\n```",
            ),
            ask_aws(
                164,
                "Priya",
                "acme-prod",
                "high",
                "The function media-intake answers 429 since Monday night, at a tenth of its usual traffic."
                " Was its concurrency lowered on your side?",
                about=_QUEUES,
            ),
            aws_received(165),
            aws_says(
                172,
                "pending-customer-action",
                "The reserved concurrency of media-intake is 5 since Monday 23:10, set by your deployment role."
                " Is that on purpose? If not, raise it and tell us whether the queue drains.\n\nWei",
            ),
        ),
    ),
    Tale(
        customer="acme",
        ago=2 * DAY,
        subject="Driver tablets lose the map in Toowoomba",
        text="Two tablets show a grey square. The others work.",
        impact=P3,
        service="Dispatch app",
        to_desk=False,
        by=0,
        steps=(
            *took(15, "Ben", "Ask whether others see it too"),
            hand_over(40, "Ben", "Restarted both, no change.", call_back="0491 570 156"),
            Step(
                75,
                "Priya",
                "return",
                {
                    "reason": "Please name the tablets' numbers, and try one of them outside the depot's network."
                },
            ),
        ),
    ),
    Tale(
        customer="banksia",
        ago=3 * DAY,
        subject="Lab interface lost messages for an hour",
        text="Between 02:10 and 03:05 no results arrived. They must be sent again.",
        impact=P2,
        service="Lab interface",
        account="banksia-clinical",
        steps=(
            take(85, "Tom"),
            reply(88, "Tom", "The queue is intact; I am replaying the messages now."),
            ask_aws(
                90,
                "Tom",
                "banksia-clinical",
                "urgent",
                "No message was delivered between 02:10 and 03:05. Please tell us what happened then.",
                about=_QUEUES,
            ),
            aws_received(91),
            aws_says(
                121,
                "work-in-progress",
                "One of the hosts behind the queue was replaced at 02:09. We check why it took so long.\n\nJo",
            ),
            aws_says(
                190, "resolved", "The replacement met a fault that is mended now. Nothing was lost.\n\nJo"
            ),
            confirm(95, "Tom", 3, "Nothing is lost; results arrive late."),
            Step(100, "Grace", "review", {"severity": 2, "reason": "Wards decide without these results."}),
            Step(
                118,
                "Mei",
                "decide",
                {"severity": 2, "reason": "Late results have major impact on wards; P2 as you answered."},
            ),
            restored(200, "Tom"),
            resolve(230, "Tom"),
        ),
    ),
    Tale(
        customer="tidewater",
        ago=2 * DAY,
        subject="Internet banking certificate expires on Friday",
        text="The monitoring warns about the certificate of the login page.",
        impact=P3,
        service="Internet banking",
        steps=_solved(
            "Priya",
            first=30,
            end=190,
            news="Thank you. The renewal was waiting for a DNS record, which I am adding.",
            fixed="The new certificate is live until next November.",
        ),
    ),
    Tale(
        customer="corella",
        ago=5 * DAY,
        subject="Meter readings of region north arrive twice",
        text="Duplicates since the last release. We filter them by hand.",
        impact=P3,
        service="Metering",
        account="corella-ops",
        steps=(
            take(60, "Priya"),
            reply(75, "Priya", "The consumer reads the stream twice after a restart. A fix is in review."),
            restored(900, "Priya"),
        ),
    ),
    Tale(
        customer="corella",
        ago=4 * DAY,
        subject="Outage map shows no outages",
        text="The map is empty since the morning although two suburbs are dark.",
        impact=P2,
        service="Outage map",
        account="corella-ops",
        steps=(
            take(8, "Tom"),
            reply(12, "Tom", "The feed stopped at 06:00. I am reading why."),
            reply(125, "Tom", "The feed's certificate was replaced; we ask the supplier for the new chain."),
            reply(240, "Tom", "The supplier answered; the new chain is being tested."),
            ask(
                250,
                "Tom",
                "approval",
                "Switch the outage map to the new chain during the day",
                hours=8,
                risk="The map may be empty for up to two minutes.",
                no="We switch tonight, and the map stays empty until then.",
                live=True,
                decider="Hugo",
            ),
            Step(281, "Hugo", "approve request", {"comment": "Tell the control room first, please."}),
            reply(355, "Tom", "The test works. Next is the switch in production."),
            reply(468, "Tom", "We can switch as soon as you say when."),
            hold(472, "Tom", "customer_reply", "When the switch may happen", owner="Tess Novak"),
            reply(490, "Tess", "Any time now, please."),
            restored(494, "Tom"),
            reply(496, "Tom", "The map shows both outages again."),
            resolve(510, "Tom"),
        ),
    ),
    Tale(
        customer="jacaranda",
        ago=6 * HOUR,
        subject="Broker portal logs people out after five minutes",
        text="Brokers lose half-written quotes. They save more often now.",
        impact=P3,
        service="Broker portal",
        account="jacaranda-main",
        steps=(
            take(50, "Tom"),
            reply(55, "Tom", "The session store was resized last night; I am checking it."),
            ask_aws(
                90,
                "Tom",
                "jacaranda-main",
                "normal",
                "Connections to the session store are cut after 300 seconds since it was resized.",
                about=_DATABASE,
            ),
            aws_received(91),
            aws_says(210, "pending-partner-action"),
        ),
    ),
    Tale(
        customer="wattle",
        ago=30 * HOUR,
        subject="Shop tills cannot reach the stock system",
        text="Two of three tills in every shop show *no connection*. Staff walk to the third one.",
        impact=P2,
        service="Stock system",
        account="wattle-shop",
        steps=(
            take(15, "Priya"),
            reply(20, "Priya", "The tills reach us again and again, then lose the way. I am on it."),
            exclude(
                310,
                "Priya",
                "customer_network",
                "Your provider's incident 4471 took the shops' lines down: https://status.example.com/4471",
                starts_at=120,
                ends_at=300,
            ),
            decide(340, "Mei", "approve", "The provider confirms the times."),
            reply(345, "Priya", "The lines are back. Two tills still need a new address, which I give them."),
            restored_earlier(700, "Priya", ago=60),
        ),
    ),
    Tale(
        customer="jacaranda",
        ago=2 * HOUR,
        subject="Claims intake refuses large photographs",
        text="Photographs above 10 MB fail without a message.",
        impact=P3_NUISANCE,
        service="Claims intake",
        to_desk=False,
        steps=(
            *took(20, "Ravi"),
            hand_over(45, "Ravi", "9 MB works, 11 MB does not, in two browsers.", access_by="Erin"),
            ask_aws(
                70,
                "Priya",
                "jacaranda-main",
                "low",
                "Uploads above 10 MB fail. Which of the limits in front of the function is that?",
                about=_QUEUES,
                refused="The category throttling is not offered for this service any more.",
            ),
        ),
    ),
    Tale(
        customer="wattle",
        ago=28 * HOUR,
        subject="Data transfer costs jumped in the Melbourne region",
        text="The bill forecast doubled. What changed?",
        impact=P4,
        account="wattle-data",
        steps=(
            take(100, "Priya"),
            reply(110, "Priya", "The replica now copies across regions. May we look at the cost report?"),
            ask(
                112,
                "Priya",
                "access",
                "Read access to the cost report of wattle-data",
                hours=72,
                risk="None: we read figures and change nothing.",
                no="We can only guess which copies cost what.",
                live=False,
                decider="Paula",
            ),
        ),
    ),
    Tale(
        customer="tidewater",
        ago=9 * DAY,
        subject="Unknown sign-ins on a service account",
        text="The guard-duty report names three sign-ins from an address we do not know.",
        impact=P2_SECURITY,
        service="Internet banking",
        account="tidewater-core",
        steps=(
            take(12, "Mei"),
            reply(20, "Mei", "The keys of the account are disabled. We are reading what they were used for."),
            ask_aws(
                25,
                "Mei",
                "tidewater-core",
                "critical",
                "A service account was used from an address that we do not know. Its keys are disabled. Please"
                " tell us what else you see from that address.",
                about=_KEYS,
            ),
            aws_received(26),
            aws_says(36, "work-in-progress", "We are looking at what came from there.\n\nNoor"),
            aws_says(140, "resolved", "Nothing else came from that address in 90 days.\n\nNoor"),
            confirm(40, "Mei", 2, "High risk, contained: nothing was read outside the test bucket."),
            restored(150, "Mei"),
            reply(
                160,
                "Mei",
                "The address belongs to your new auditor. We keep the keys disabled until you ask.",
            ),
            resolve(170, "Mei", ResolutionCode.NO_FAULT),
        ),
    ),
    Tale(
        customer="acme",
        ago=8 * DAY,
        subject="Labels print slowly in Brisbane",
        text="Each label takes 20 seconds.",
        impact=P3,
        service="Dispatch app",
        steps=_solved(
            "Tom",
            first=45,
            end=320,
            news="The print queue waits for a font download. I am caching it.",
            fixed="Labels print in 2 seconds since noon.",
        ),
    ),
)

_ROUTINE = (
    ("Backup vault policy drift reported by Config", "A rule reports drift on one vault.", P4),
    ("Report export times out for large months", "The export stops after 60 seconds.", P3),
    ("Staging deploy fails with a quota error", "Only staging is affected.", P4),
    ("Search shows old results for a few minutes", "People refresh and carry on.", P3_NUISANCE),
)


#: Which account of a customer AWS is asked about in the everyday tickets.
_ASKED_ABOUT = {"acme": "acme-dev", "banksia": "banksia-clinical", "tidewater": "tidewater-core"}


def _at_aws(slug: str, number: int, *, after: int, took: int) -> tuple[Step, ...]:
    """Return the steps of a case about an everyday ticket, answered by a person after so many minutes."""
    if slug not in _ASKED_ABOUT or number == len(_ROUTINE) - 1:
        return ()
    subject, text, _impact = _ROUTINE[number]
    return (
        ask_aws(
            after,
            ("Priya", "Tom")[number % 2],
            _ASKED_ABOUT[slug],
            ("high", "urgent")[number % 2],
            f"{subject}. {text} Do you see a cause on your side?",
            about=_QUEUES,
        ),
        aws_received(after + 1),
        aws_says(
            after + took, "pending-customer-action", "We see nothing unusual. Please send a request id."
        ),
        tell_aws(after + took + 5, ("Priya", "Tom")[number % 2], "The request id is 0f3c-77."),
        aws_says(after + took + 40, "resolved", "A limit was reached, which we have raised."),
    )


def routine_tales() -> tuple[Tale, ...]:
    """Return the everyday tickets of every customer: finished, the same on every run."""
    slugs = ("acme", "banksia", "corella", "tidewater", "wattle", "jacaranda")
    return tuple(
        Tale(
            customer=slug,
            ago=(4 + number * 3 + place) * DAY + (number * 7 + place * 3) % 9 * HOUR,
            subject=subject,
            text=text,
            impact=impact,
            steps=(
                *_solved(
                    ("Priya", "Tom")[(number + place) % 2],
                    first=35 + 20 * number,
                    end=300 + 90 * place,
                    news="Thank you, I am looking at it and write again today.",
                    fixed="This is fixed. Tell us if you see it again.",
                ),
                *_at_aws(slug, number, after=60 + 20 * number, took=(place * 47 + number * 31) % 170 + 12),
            ),
        )
        for place, slug in enumerate(slugs)
        for number, (subject, text, impact) in enumerate(_ROUTINE)
    )
