/** The target that a region is shown first: its next predicate, or a little more than the highest. */
import { ask } from "../../shared/request";
import { START } from "./documents";

/** Where no index tells what would be next: the predicate Sangat Baik. */
const TARGET = 3.5;
/** Above an index that is in the highest predicate already. */
const BEYOND = 0.2;

export async function proposedTarget(code: string): Promise<number> {
  const { region } = await ask(START, { code });
  const index = region?.index;
  if (!index) return TARGET;
  if (index.nextPredicate) return Number(index.nextPredicate.threshold);
  const beyond = Math.round((Number(index.display) + BEYOND) * 10) / 10;
  return Math.min(index.instrument.levelMax, beyond);
}
