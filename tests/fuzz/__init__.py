"""What anybody may send, changed without end in a campaign; and what was found, once more in each test run."""
