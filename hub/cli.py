"""The `hub` command."""


def main() -> None:
    """Run the command."""
