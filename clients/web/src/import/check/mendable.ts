/** Which problems a person mends by writing another content of the cell. */
import type { CellProblem, ProblemCode } from "../documents";

/** The sections in which a person solves a problem for all rows with the same name at once. */
export const SECTION_BY_CODE: Partial<Record<ProblemCode, string>> = {
  OPD_UNKNOWN: "unknown-opds",
  INTEGRATION_UNKNOWN: "unknown-integrations",
};

/** Whether the problem has one cell whose content can be replaced. */
export function isMendable({ code, row, column }: CellProblem): boolean {
  return row !== null && column !== null && SECTION_BY_CODE[code] === undefined;
}
