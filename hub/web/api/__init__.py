"""What programs ask of the console's listener, each by a token of an account: JSON under `/api/v1`."""
