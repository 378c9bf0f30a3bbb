"""Who may do what on the broker: each process's rights as data, and making the broker's the same.

A topic's reader or writer may also describe it, so that is not said twice; nor is the leave to write idempotently,
which whoever may write has.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import (
    CoordinatorNotAvailableError,
    NoError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from msgspec import Struct

from infra.kafka.login import allowed, may_not
from infra.kafka.topics import SUPER, administrator
from infra.settings import Login
from streams.office import CannotNow
from streams.topics import PUBLIC, TOPICS

WORKER, RELAY, WATCH = "quorate-worker", "quorate-relay", "quorate-watch"
ON_TOPICS = ((WORKER, "READ"), (RELAY, "WRITE"), (WATCH, "DESCRIBE"))
ON_GROUP = ((WORKER, "READ"), (WATCH, "DESCRIBE"))


class Right(Struct, frozen=True, order=True):
    """One line of the broker's list. reach: LITERAL for that name alone, PREFIXED for all that begin with it."""

    kind: str
    name: str
    user: str
    operation: str
    grant: str = "ALLOW"
    host: str = "*"
    reach: str = "LITERAL"

    def __str__(self) -> str:
        verb = "may" if self.grant == "ALLOW" else "may never"
        beginning = "" if self.reach == "LITERAL" else "all that begins with "
        host = "" if self.host == "*" else f" from {self.host}"
        what = self.operation.lower().replace("_", " ")
        return f"{self.user} {verb} {what} the {self.kind.lower()} {beginning}{self.name}{host}"


class Difference(Struct, frozen=True):
    """What the broker's list lacks; what it has that we do not list, on our own names or of our own users; what else
    reaches our topics, which is not ours to take away."""

    lacking: Sequence[Right]
    unlisted: Sequence[Right]
    wider: Sequence[Right]


def listed(group: str) -> list[Right]:
    """What each process needs, and nothing besides."""
    topics = [Right("TOPIC", t.name, f"User:{user}", operation) for t in TOPICS for user, operation in ON_TOPICS]
    topics += [
        Right("TOPIC", PUBLIC.name, f"User:{user}", operation) for user, operation in ON_TOPICS if user != WORKER
    ]
    return topics + [Right("GROUP", group, f"User:{user}", operation) for user, operation in ON_GROUP]


def differ(bootstrap: str, login: Login | None, group: str) -> Difference:
    """How the broker's list differs from ours. Raises CannotNow."""
    ours = listed(group)
    with administrator(bootstrap, login) as admin, allowed(login, "read who may do what", SUPER):
        there = _there(admin, ours)
    unlisted = sorted(there - set(ours))
    named = {(r.kind, r.name) for r in ours}
    users = {r.user for r in ours}
    mine = [r for r in unlisted if (r.reach == "LITERAL" and (r.kind, r.name) in named) or r.user in users]
    return Difference(sorted(set(ours) - there), mine, [r for r in unlisted if r not in mine])


def _there(admin: KafkaAdminClient, ours: Sequence[Right]) -> set[Right]:
    """Whatever lets or forbids anybody anything on our names, and our users anything anywhere."""
    any_, match = ACLResourcePatternType.ANY, ACLResourcePatternType.MATCH
    names = {(r.kind, r.name) for r in ours}
    patterns: list[tuple[str | None, ResourcePatternFilter]]
    patterns = [(None, ResourcePatternFilter(ResourceType[kind], name, match)) for kind, name in names]
    patterns += [(user, ResourcePatternFilter(ResourceType.ANY, None, any_)) for user in {r.user for r in ours}]
    found = set()
    for user, pattern in patterns:
        asked = ACLFilter(user, None, ACLOperation.ANY, ACLPermissionType.ANY, pattern)
        found |= {_right(acl) for acl in admin.describe_acls(asked)[0]}
    return found


def change(bootstrap: str, login: Login | None, granted: Sequence[Right], taken: Sequence[Right]) -> None:
    """Grant these, take those away. Raises CannotNow."""
    with administrator(bootstrap, login) as admin, allowed(login, "change who may do what", SUPER):
        failed = admin.create_acls([_acl(r) for r in granted])["failed"]
        failed += [error for _, _, error in admin.delete_acls([_acl(r) for r in taken]) if error is not NoError]
        if failed:
            raise failed[0]


def must_read(bootstrap: str, login: Login, group: str) -> None:
    """That a worker may read: asked before it begins, since Faust says little of a refusal. Raises CannotNow."""
    with administrator(bootstrap, login) as admin:
        for topic in admin.describe_topics([t.name for t in TOPICS]):
            if topic["error_code"] == UnknownTopicOrPartitionError.errno:
                raise CannotNow(f"the broker has no topic {topic['name']}: run quorate topics apply")
            refused = topic["error_code"] == TopicAuthorizationFailedError.errno
            if refused or "READ" not in topic["authorized_operations"]:
                raise CannotNow(may_not(login, f"read {topic['name']}"))
        with allowed(login, f"read as the group {group}"), suppress(CoordinatorNotAvailableError):
            may = admin.describe_groups([group])[group]["authorized_operations"]
            if may is not None and "READ" not in may:
                raise CannotNow(may_not(login, f"read as the group {group}"))


def _acl(right: Right) -> ACL:
    reach = ACLResourcePatternType[right.reach]
    pattern = ResourcePattern(ResourceType[right.kind], right.name, reach)
    return ACL(right.user, right.host, ACLOperation[right.operation], ACLPermissionType[right.grant], pattern)


def _right(acl: ACL) -> Right:
    pattern = acl.resource_pattern
    return Right(
        pattern.resource_type.name,
        pattern.resource_name,
        acl.principal,
        acl.operation.name,
        acl.permission_type.name,
        acl.host,
        pattern.pattern_type.name,
    )
