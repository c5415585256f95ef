"""AWS Support as a vendor: the only place that knows boto, AWS's names, and AWS's limits."""
