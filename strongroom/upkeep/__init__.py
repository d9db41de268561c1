"""What Owners and Maintainers do to their projects: in the browser, over the API, at the command line."""
