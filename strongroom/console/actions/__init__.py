"""What those who run the index do: to people, to announcements; and what the keeper writes down for them."""
