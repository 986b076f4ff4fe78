"""Who may sign in to this node, and as what: organisations, accounts, second factors, sessions."""
