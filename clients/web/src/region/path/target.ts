/** The first proposed target of a region: its next predicate, or a little more than the highest. */
import { ask } from "../../shared/request";
import { START } from "./documents";

/** The target without a known index: the predicate Sangat Baik. */
const TARGET = 3.5;
/** The step above an index that is in the highest predicate already. */
const BEYOND = 0.2;

export async function proposedTarget(code: string): Promise<number> {
  const { region } = await ask(START, { code });
  const index = region?.index;
  if (!index) return TARGET;
  if (index.nextPredicate) return Number(index.nextPredicate.threshold);
  const beyond = Math.round((Number(index.display) + BEYOND) * 10) / 10;
  return Math.min(index.instrument.levelMax, beyond);
}
