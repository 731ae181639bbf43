"""What every room may use: problems, partial dates, rounding, row ids, origins."""
