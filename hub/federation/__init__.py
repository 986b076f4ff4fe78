"""Node to node: peers, the client, feeds made, served and copied, and evaluations. Knows no case's law.

What is said between nodes is in `hub.wire`, the routes are in `hub.web.federation`, and what is answered about a
person in `hub.checks`.
"""
