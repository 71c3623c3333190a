/** Why a request about accounts did not succeed. */
import { Refusal } from "../request";

export type RequestFailure = { kind: "unreachable" } | { kind: "refusal"; code: string | undefined };

/** Classifies what `executeDocument` throws. */
export function classifyFailure(reason: unknown): RequestFailure {
  return reason instanceof Refusal ? { kind: "refusal", code: reason.code } : { kind: "unreachable" };
}
