"""The GraphQL descriptions that several fields and arguments share."""

IDEMPOTENCY_KEY = (
    "Of your own choice, 1 to 128 characters: sent again with the same input within seven days, "
    "the first answer comes back and nothing is written twice."
)
VERSION = "As last read: if somebody changed it since, you get VersionConflict."
PREVIOUS_CURSOR = (
    "Of the event before it in this stream: if it is not the last one you have, "
    "something is missing."
)
SNAPSHOT = (
    "True: it tells how things stand, as the subscription begins without a cursor; not something "
    "that happens now."
)
NOT_COMPUTED = "Null, with an error, where it cannot be computed: the rest of the answer stands."
EVIDENCE = "At most 20 links."
CONFLATE = (
    "True: while the client reads too slowly, it is told only the newest event about each thing; "
    "`previousCursor` shows that others were left out."
)
FIRST = "The largest number of items in the page, from 1 to 200."
AFTER = "The `endCursor` of the preceding page. Null for the first page."
