"""The demonstration: its people, and the story that they tell."""
