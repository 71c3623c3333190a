/** A request for a path, as the form of the page holds it. */
import type { VariablesOf } from "gql.tada";
import type { PATH } from "./documents";

export interface PathRequest {
  code: string;
  target: number;
  buffer: number;
  years: number;
  /** The numbers of the indicators that must rise. */
  mustRise: readonly number[];
  /** The numbers of the indicators that must not rise. */
  exclude: readonly number[];
}

/** Returns the variables of the documents about a path. The API takes decimals as text. */
export function pathVariables(request: PathRequest): VariablesOf<typeof PATH> {
  const { code, target, buffer, years, mustRise, exclude } = request;
  return {
    code,
    input: {
      target: String(target),
      buffer: String(buffer),
      years,
      mustRise: [...mustRise],
      exclude: [...exclude],
    },
  };
}
