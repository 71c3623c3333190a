"""The server and its commands: settings, application, authentication and transports."""
