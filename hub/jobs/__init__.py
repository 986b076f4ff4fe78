"""What a node does by itself, without anybody asking: the checkpoint of its log, the escalation of what is overdue."""
