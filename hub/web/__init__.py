"""The node's HTTP face: the federation's routes now; console pages and their API later."""
