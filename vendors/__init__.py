"""Will own third parties' cases; a thin floor until the AWS issue builds it."""
