"""A sealed channel between two managers: the plan of her who fled reaches her new area, and nothing goes back."""
