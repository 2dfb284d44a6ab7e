"""What follows from the policy: pure functions of values, with no framework and no clock of their own."""
