"""The node's evidence of what it did: typed events in a hash chain, and signed checkpoints of its head.

`events` says what may be written, `chain` links and verifies, `checkpoint` signs a head, `log` is the one
writer. Not here: the table (`hub.store`), receipts of peers' answers (`hub.federation`).
"""
