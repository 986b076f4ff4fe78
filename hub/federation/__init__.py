"""Node to node: wire messages, signing, sealing, the PRF, feeds, peers, the client and the routes.

Wire messages and derivations are pure; only `client`, `routes`, `publish`, `sync` and `holder` touch the world.
"""
