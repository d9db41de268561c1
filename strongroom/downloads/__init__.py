"""Download events made into daily counts: what was fetched, by which installers, and when; never by whom."""
