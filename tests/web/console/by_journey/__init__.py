"""The examples of the console's pages, by journey. `tests.web.console.examples` joins them."""
