"""Those who consume the API: the web client (`clients/web`)."""
