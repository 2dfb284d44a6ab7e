"""The line above which staff write their answer when they reply to one of our letters."""

# Compared as it stands here: it never changes, for replies to old letters have it too.
MARKER = "## Write above this line to answer the customer ##"
