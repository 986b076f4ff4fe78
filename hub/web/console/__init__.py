"""The console: the hub in a browser, for the people of one area. A module a journey, and what all pages share.

Knows no rule itself: it asks what the commands ask. Not here: who may sign in (`hub.accounts`), what peers post
(`hub.web.federation`).
"""
