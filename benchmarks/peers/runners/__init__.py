"""One module a peer, run by that peer's own Python: imports the peer and the standard library, not `hub`."""
