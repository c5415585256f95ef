"""Will own dashboards and reviews over every floor; a thin floor until the managers' issue builds it."""
