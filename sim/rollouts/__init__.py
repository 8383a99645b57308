"""What a policy met while it acted, and what that was worth."""
