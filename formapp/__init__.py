"""The service behind the help centre's forms; importing this imports nothing else."""
