"""The commands of `formapp`, one file per noun."""
