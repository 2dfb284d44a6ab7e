"""What happens: functions that take a session and never commit."""
