"""What the local AWS sells: plans with their severities, and services with their categories."""

from __future__ import annotations

LEVELS = {
    "low": "General guidance",
    "normal": "System impaired",
    "high": "Production system impaired",
    "urgent": "Production system down",
    "critical": "Business-critical system down",
}
_ALL = tuple(LEVELS)
#: The severities that each plan takes over the interface; none where it takes no cases.
PLANS: dict[str, tuple[str, ...]] = {
    "Basic": (),
    "Developer": (),
    "Business": _ALL[:4],
    "Business Support+": _ALL,
    "Enterprise On-Ramp": _ALL,
    "Enterprise": _ALL,
    "Unified Operations": _ALL,
}
STATUSES = (
    "unassigned",
    "opened",
    "work-in-progress",
    "pending-customer-action",
    "customer-action-completed",
    "reopened",
    "resolved",
)
_GENERAL = (("general-guidance", "General guidance"), ("other", "Other"))
SERVICES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "general-info": (
        "General info and getting started",
        (("using-aws", "Using AWS & services"), ("other", "Other")),
    ),
    "amazon-elastic-compute-cloud-linux": (
        "Elastic Compute Cloud (EC2 - Linux)",
        (
            ("instance-issue", "Instance issue"),
            ("network-connectivity", "Network connectivity"),
            ("volume-issue", "Volume issue (EBS)"),
            ("other", "Other"),
        ),
    ),
    "amazon-relational-database-service-postgresql": (
        "Relational Database Service (PostgreSQL)",
        (
            ("connectivity-issues", "Connectivity issues"),
            ("database-performance", "Performance"),
            ("backup-restore", "Backup and restore"),
            ("other", "Other"),
        ),
    ),
    "amazon-simple-storage-service": (
        "Simple Storage Service (S3)",
        (("access-denied", "Access denied"), ("replication", "Replication"), ("other", "Other")),
    ),
    "amazon-virtual-private-cloud": (
        "Virtual Private Cloud (VPC)",
        (("vpn", "VPN"), ("transit-gateway", "Transit Gateway"), ("other", "Other")),
    ),
    "aws-direct-connect": ("Direct Connect", (("connection-down", "Connection down"), *_GENERAL)),
    "aws-identity-and-access-management": ("Identity and Access Management (IAM)", _GENERAL),
    "aws-lambda": (
        "Lambda",
        (("function-errors", "Function errors"), ("throttling", "Throttling"), *_GENERAL),
    ),
    "elastic-load-balancing": ("Elastic Load Balancing", (("target-health", "Target health"), *_GENERAL)),
    "amazon-route53": ("Route 53", (("dns-resolution", "DNS resolution"), *_GENERAL)),
}
