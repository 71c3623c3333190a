/** The types of the API that both pages use. */
import type { ResultOf } from "gql.tada";
import type { EDITION_FIELDS, INSTRUMENT_FIELDS, SOURCE_FIELDS } from "./documents";

export type Edition = ResultOf<typeof EDITION_FIELDS>;
export type Kind = Edition["kind"];
export type Instrument = ResultOf<typeof INSTRUMENT_FIELDS>;
export type Source = ResultOf<typeof SOURCE_FIELDS>;
