"""What an article says of itself: the head of its Markdown file, and its history where the head is silent."""
