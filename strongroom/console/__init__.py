"""The console of those who run the index: people, projects, the record, mails, jobs, announcements."""
