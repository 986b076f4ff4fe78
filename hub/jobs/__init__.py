"""What a node does by itself: the checkpoint of its log, and the escalation of what is overdue."""
