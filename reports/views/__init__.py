"""The pages of the managers: the desk's, and what a customer's own people read."""
