"""The GraphQL descriptions that several fields and arguments share."""

IDEMPOTENCY_KEY = (
    "A key that the client chooses, of 1 to 128 characters. If the same input is sent again with "
    "this key within seven days, the first result is returned and nothing is written twice. Null "
    "means that a repeated request is executed again."
)
VERSION = (
    "The version that the client last read. If the object has changed since, the result is "
    "VersionConflict and nothing is written."
)
CURRENT_VERSION = "The number of the current version, to be sent with a change."
PREVIOUS_CURSOR = (
    "The cursor of the event before this one in the same stream. If it is not the cursor of the "
    "last event that the client received, events are missing in between."
)
SNAPSHOT = (
    "Whether the event belongs to the snapshot with which a subscription without a cursor begins. "
    "Such an event states the current state and does not happen now."
)
REPLAY = (
    "Whether this instance shows a result of an earlier year again, as in a demonstration. Such an "
    "event does not happen now. False for a region whose log another instance writes."
)
NOT_COMPUTED = (
    "If it cannot be computed, it is null with an error, and the rest of the response is valid."
)
EVIDENCE = "Links to the supporting documents; at most 20."
CONFLATE = (
    "Whether a client that reads too slowly receives only the newest event about each subject. "
    "`previousCursor` then shows that events were left out."
)
ID = "The globally unique id, which `node` accepts."
FIRST = "The number of items on the page, from 1 to 200."
SNAPSHOT_REQUIRED = (
    "The error code SNAPSHOT_REQUIRED means that the cursor is no longer valid, and that the "
    "client has to read the current state again."
)
PROVENANCE = "Where the record comes from."
AFTER = "The `endCursor` of the previous page. Null requests the first page."
REGION_CODE = "The code of the region, such as `32.11`."
REGION_CODES = "The codes of the regions to include. Null includes all regions, an empty list none."
RESUME_AFTER = (
    "The cursor of the last event that the client received, or one from `Instance.cursor` or "
    "`Query.events`. Any other cursor is an error with the code SNAPSHOT_REQUIRED, as is one whose "
    "following events are deleted. Null begins with a snapshot of the current state."
)
INSTRUMENT_ID = "The id of an instrument, such as `spbe-2020`."
APPLICATION_EDITORS = "The staff of the OPD, of its region and of its province may do it."
REGION_EDITORS = "The staff of the region and of its province may do it."
CLAIM = "The level that the assessment claims; null if it claims none for this indicator."
CEILING = "The highest level up to which the evidence shows every level."
NOT_REFUTED = (
    "The highest level up to which the evidence refutes no level. A claim above `ceiling` and up "
    "to this level can neither be supported nor refuted."
)
GRAPH_NODE_ID = (
    "The id of the node, to be sent as `aroundId`. It is the id of the application for the kinds "
    "APPLICATION and ELSEWHERE, and is valid only in this graph for the other kinds."
)
GRAPH_BASIS = (
    "Which exchanges to take: RECORDED takes all that are not withdrawn, COUNTED only those that "
    "rules accept as evidence today."
)
INTEGRATION_ID = "The id of the integration."
FRESHNESS = (
    "The maximum age of the copies from which the field answers. Null answers at once from the "
    "copies as they are."
)
