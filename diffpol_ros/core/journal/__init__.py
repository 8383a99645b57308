"""What a stage was asked and what it was answered, written down bit by bit, and told again."""
