"""What is kept, opened and sealed here: cases and their people, and what an act leaves."""
