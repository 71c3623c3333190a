"""The server process: its sockets, its workers and its shutdown."""
