"""Sign-in: passwords, passkeys and one-time codes are exchanged for sessions, by JSON over HTTP."""
