"""Three areas on this machine: run, servers and the sharing form of their questions. All of it is fiction."""
