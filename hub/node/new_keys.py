"""New signing and sealing keys in the place of old ones, certified by the root key in the same act.

Each step leaves a node that works: the certificate is added first, the log's head is signed with the new key next,
and the key file is replaced last, in one step. Does not renew a certificate of the same keys
(`hub.node.certificates`).
"""

from __future__ import annotations

from typing import Literal

from hub.audit.events import OPERATOR, Action, Refs
from hub.audit.log import hand_over
from hub.crypto.signing import SigningKey
from hub.node.certificates import add_certificate
from hub.node.keys import next_keys, put_in_place
from hub.node.node import Node, key_folder
from hub.store.audit import DatabaseAudit
from hub.wire.certificates import Certificate

Name = Literal["signing", "sealing"]


def change_keys(node: Node, root: SigningKey, *names: Name) -> Certificate:
    """Make new keys of these names, certify them, and destroy the old. A node that is served takes them over.

    Raises UsageError on another root key or where the key file may not be written, LogError, StorageError.
    """
    folder = key_folder(node.home, node.settings)
    new = next_keys(folder, *names)
    made = add_certificate(node.home, node.settings, new.keys, root, node.now())
    with node.read() as tx:
        log, signing = DatabaseAudit(tx.session), new.keys.signing.private
        hand_over(node.log.files, log, node.mark, signing, lambda: put_in_place(folder, new))
    with node.write() as tx:
        refs = Refs(key_id=made.signing_kid)
        for name in names:
            tx.record(Action.key_changed, by=OPERATOR, about=refs, kind=name, serial=made.serial)
    return made
