"""Those who consume the API: the web client (`clients/web`), and how any client resumes (`resume`)."""
