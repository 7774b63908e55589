"""What people write without a slash, or wrote while nobody listened: kept first, then understood and answered."""
