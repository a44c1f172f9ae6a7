"""Networks and people: who is invited, who has a mandate, how somebody signs in."""
