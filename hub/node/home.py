"""A node's life: making its home, the metadata it shows, and the checkpoint of its audit log.

Does not open homes (`hub.node.node`) or serve (`hub.web`).
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hub.audit.chain import Broken
from hub.audit.events import OPERATOR, Action
from hub.audit.log import FORMAT, advance_checkpoint, begin_checkpoint, broken_log
from hub.crypto.encoding import b64
from hub.errors import UsageError
from hub.files import write_atomically
from hub.node import keys
from hub.node.agreements import AGREEMENTS
from hub.node.certificates import add_certificate, own_certificate
from hub.node.node import NODE_TOML, Node, key_folder, node_of, own_keys
from hub.node.pins import change_pins
from hub.node.prf_keys import FIRST_EPOCH
from hub.node.revocations import told_revocations
from hub.node.settings import SHIPPED_CONFIG, Settings, read_text
from hub.node.transaction import Transaction
from hub.sample.examples import examples as files_of
from hub.store.audit import DatabaseAudit
from hub.store.verify import not_as_bound, verify_database
from hub.values import Mode
from hub.wire.messages import AgreementTold, PublicKeys
from hub.wire.metadata import NodeFacts, metadata

EXAMPLES: Final = "examples"
"""The folder of a home with files as commands read them, of made-up people."""
_AGENCY: Final = """\
# Who employs the coordinator, as the agreements name it, and its kind: police, probation, council, nhs,
# housing_association, idva_charity, refuge, specialist_charity, school or court. Without both nothing is published.
"""
_NODE_TOML: Final = """\
# This node's settings. No secrets here: keys are in the folder `keys`. See config/node.example.toml.
node_id = {node_id}
area = {area}
url = {url}
# "trial": to try the program out, with invented people. "live": docs/operations.md says how a node goes live.
mode = {mode}
database = {database}
keys = {keys}
{agency}
[contact]
phone = {phone}
hours = {hours}

# Where browsers reach the console (`hub console`), by a name or a port of its own; a live node's is https.
{console}
"""


def create_home(home: Path, settings: Settings, *, clock: Callable[[], float] = time.time) -> Node:
    """Make a node's home, on trial: settings, keys, certificate, no peers yet and an empty database.

    `node.toml` comes last: a home without it is not one, so that a run that was interrupted or failed can be
    repeated and completes. Raises UsageError when the home is already one, and leaves it untouched; UsageError
    when it cannot be made; StorageError.
    """
    home = home.resolve()
    settings = settings.model_copy(update={"mode": Mode.trial})  # Its root key lies beside the others.
    try:
        if (home / NODE_TOML).exists():
            raise UsageError(
                f"{home} is already a node's home.", kept="It was not touched.", do="Choose another folder."
            )
        serial = _make_identity(home, settings, int(clock()))
        node = node_of(home, settings, clock=clock, create=True)
        change_pins(node, lambda pins: pins, anew=True)
        if not node.prf_folder.holds(FIRST_EPOCH):
            node.prf_folder.make(FIRST_EPOCH)
        with node.database.write() as session:  # No head is signed yet, as `node.write` demands.
            if DatabaseAudit(session).last() is None:
                tx = Transaction(node, session)
                tx.record(
                    Action.node_created, by=OPERATOR, about=own_keys(node), serial=serial, format=FORMAT
                )
                tx.close()
        begin_audit_checkpoint(node)
        _write_examples(home, node.today())
        _write_settings(home, settings)
    except OSError as error:
        raise UsageError(
            f"{home} cannot be made a node's home: {error.strerror or type(error).__name__}.",
            kept="What is there already.",
            do="Choose a folder that you may write to, on a disk with room, and run the command again.",
        ) from error
    return node


def _make_identity(home: Path, settings: Settings, now: int) -> int:
    """Make the home's folder, the keys, and the root key's certificate of them; return its serial."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    folder = home / settings.keys
    if not (folder / keys.NODE_KEY).exists():
        keys.create(folder)
    return add_certificate(home, settings, keys.load(folder), keys.load_root(folder), now).serial


def _write_examples(home: Path, today: dt.date) -> None:
    """Put beside where it belongs what an operator fills in: areas, policy, and an agreement as if made today.

    And files as commands read them.
    """
    review = today.replace(day=1) + dt.timedelta(days=366)
    agreement = read_text(SHIPPED_CONFIG / "agreement.example.toml")
    agreement = re.sub(r"(?m)^(date|start|on) = .*$", rf"\1 = {today}", agreement)
    agreement = re.sub(r"(?m)^review = .*$", f"review = {review}", agreement)
    examples = {
        Path(AGREEMENTS, "agreement.toml"): agreement,
        Path("config", "areas.toml"): read_text(SHIPPED_CONFIG / "areas.toml"),
        Path("config", "policy.toml"): read_text(SHIPPED_CONFIG / "policy.toml"),
    }
    for path, text in examples.items():
        (home / path.parent).mkdir(mode=0o700, exist_ok=True)
        write_atomically(home / f"{path}.example", text.encode())
    folder = home / EXAMPLES
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, text in files_of(today).items():
        write_atomically(folder / name, text.encode())


def _write_settings(home: Path, settings: Settings) -> None:
    agency = {"agency": settings.agency, "agency_kind": settings.agency_kind or ""}
    lines = [f"{name} = {_toml(value)}" if value else f'# {name} = ""' for name, value in agency.items()]
    values = {
        "node_id": settings.node_id,
        "area": settings.area,
        "url": settings.url,
        "mode": settings.mode.value,
        "database": settings.database,
        "keys": settings.keys,
        "phone": settings.contact.phone,
        "hours": settings.contact.hours,
    }
    console = settings.console.url
    shown = "[console]", f"url = {_toml(console or 'http://127.0.0.1:8018')}"
    text = _NODE_TOML.format(
        **{name: _toml(value) for name, value in values.items()},
        agency=_AGENCY + "\n".join(lines) + "\n",
        console="\n".join(shown if console else (f"# {line}" for line in shown)),
    )
    write_atomically(home / NODE_TOML, text.encode())


def current_metadata(node: Node) -> str:
    """The node's signed metadata, made afresh."""
    settings, online, prf = node.settings, node.keys, node.prf_keys()
    own = NodeFacts(
        node_id=settings.node_id,
        area=settings.area,
        url=settings.url,
        contact=str(settings.contact),
        certificate=own_certificate(node).token,
        revocations=told_revocations(node),
        keys=PublicKeys(
            prf=b64(prf.strong.public_key),
            prf_weak=b64(prf.weak.public_key),
        ),
        epoch=prf.epoch,
        quotas={
            "strong": settings.quotas.strong.model_dump(mode="json"),
            "weak": settings.quotas.weak.model_dump(mode="json"),
        },
        agreements=[AgreementTold(ref=one.ref, digest=one.digest) for one in node.agreements.held],
    )
    return metadata(own, online.signing, node.now())


def require_root_elsewhere(node: Node) -> None:
    """Raise UsageError where a live node has its root key beside its others: whoever copies one copies all."""
    root = key_folder(node.home, node.settings) / keys.ROOT_KEY
    if node.settings.mode is Mode.live and root.exists():
        raise UsageError(
            f"This node is live, and its root key lies beside its other keys: {root}.",
            kept="Everything as it was; nobody was asked or answered.",
            do=f"Copy it to two sticks for two safes, compare them, and remove it here: `shred -u {root}`."
            " For `hub certify` bring one back: `--root FILE` reads it on the stick. A node that is only tried out"
            ' has mode = "trial" in node.toml.',
        )


def begin_audit_checkpoint(node: Node) -> None:
    """Sign the head of a log that is new. Raises LogError when it is not and no signed head is left."""
    with node.read() as tx:
        begin_checkpoint(node.log.files, DatabaseAudit(tx.session), node.keys.signing.private)


def advance_audit_checkpoint(node: Node) -> tuple[str, ...]:
    """Sign the audit log's head outside the database; returns in words which file was lost and made anew.

    Raises LogError when the log does not hold or no signed head is left, StorageError.
    """
    with node.read() as tx:
        log = DatabaseAudit(tx.session)
        found = advance_checkpoint(node.log.files, log, node.mark, lambda: node.keys.signing.private)
    if isinstance(found, Broken):
        raise broken_log(found)
    return tuple(
        f"The newest signed head was lost, and made anew from the other: {one}." for one in found.lost
    )


def require_as_bound(node: Node) -> None:
    """Look at the whole log, and at every row that it binds.

    Raises LogError where the log does not hold; RowsError where a row is not as it says, and then the node stops.
    """
    heads = node.log.files.read()
    heads.newest()
    with node.read() as tx:
        found = verify_database(tx.session, node.node_id, heads.found)
        if isinstance(found.log, Broken):
            raise broken_log(found.log)
        if found.rows:
            raise not_as_bound(found.rows)


def _toml(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    if any(ord(char) < 32 for char in escaped):
        raise UsageError("A setting has a control character.", do="Type it again.")
    return f'"{escaped}"'
