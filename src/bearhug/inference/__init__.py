"""Which model runs here, runners, the HTTP and OpenAI APIs, widgets, saved runs."""
