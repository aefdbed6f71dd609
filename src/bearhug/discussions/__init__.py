"""Talk about a repo: discussions, pull requests, and who is told of them."""
