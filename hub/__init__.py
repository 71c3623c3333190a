"""Assembly: settings, application, authentication, commands. Nothing is imported from here."""
