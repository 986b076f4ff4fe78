"""What two nodes say to each other: messages, tokens, blinding, look-up, metadata and quotas. Pure."""
