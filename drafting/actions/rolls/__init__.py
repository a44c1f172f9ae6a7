"""Names on paper and lists of partners: brought in, checked, vouched for, counted, taken back."""
