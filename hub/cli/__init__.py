"""The `hub` command's subcommands, by concern. Each calls the same functions as the web; none holds logic."""
