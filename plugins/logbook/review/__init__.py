"""What the line above does with reports: reads, approves, gives back, comments, rates, is reminded of."""
