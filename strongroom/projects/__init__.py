"""Projects, releases, files, roles; and the pages that installers read, published from them."""
