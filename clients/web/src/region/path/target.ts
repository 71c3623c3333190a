/** Proposes the first target of a region. */
import { executeDocument } from "../../shared/request";
import { START } from "./documents";

/** The target of a region without an index: the threshold of the predicate Sangat Baik. */
const DEFAULT_TARGET = 3.5;
/** The distance of the target from an index that has the highest predicate. */
const TARGET_STEP = 0.2;

/** Returns the threshold of the next predicate, or a target a little above an index with the highest one. */
export async function proposeTarget(code: string): Promise<number> {
  const { region } = await executeDocument(START, { code });
  const index = region?.index;
  if (!index) return DEFAULT_TARGET;
  if (index.nextPredicate) return Number(index.nextPredicate.threshold);
  const target = Math.round((Number(index.index.display) + TARGET_STEP) * 10) / 10;
  return Math.min(index.instrument.levelMax, target);
}
