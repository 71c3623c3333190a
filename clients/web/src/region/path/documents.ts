/** The GraphQL documents of the path to a target: the plan, the cost curve, the next best path, refusals. */
import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "../../shared/graphql";

/** The index of the region, from which the first target is proposed. */
export const START = graphql(`
  query PathStart($code: ID!) {
    region(code: $code) {
      index {
        index {
          display
        }
        instrument {
          levelMax
        }
        nextPredicate {
          threshold
        }
      }
    }
  }
`);

export const PATH = graphql(`
  query Path(
    $code: ID!
    $target: Float!
    $buffer: Float!
    $years: Int!
    $locked: [Int!]
    $refused: [Int!]
  ) {
    region(code: $code) {
      pathToTarget(target: $target, buffer: $buffer, years: $years, locked: $locked, refused: $refused) {
        outcome
        estimated
        origin {
          instrument {
            name
            levelMin
            levelMax
            indicators {
              number
              name
            }
          }
          year
          kind
        }
        indexBefore {
          display
        }
        indexAfter {
          display
        }
        predicateBefore
        predicateAfter
        steps {
          indicator
          name
          fromLevel
          toLevel
          year
          gain
          effort
          effortEdited
          locked
          criterion
          asks
          evidence
        }
        years {
          year
          effort
          index {
            display
          }
          predicate
        }
        effort
        penalty
        broken {
          kind
          step {
            indicator
            level
          }
          asks {
            indicator
            level
          }
          penalty
        }
        hold {
          indicator
          name
          level
          criterion
          asks
        }
        proven
        atLeast
        unclaimed
        effortScale {
          id
          version
        }
        effortAssumed
        precedenceRules {
          id
          version
        }
        inputs
        unreachable {
          maximum {
            display
          }
          reachesTarget
        }
      }
    }
  }
`);

export const COST_CURVE = graphql(`
  query CostCurve(
    $code: ID!
    $target: Float!
    $buffer: Float!
    $years: Int!
    $locked: [Int!]
    $refused: [Int!]
  ) {
    region(code: $code) {
      pathToTarget(target: $target, buffer: $buffer, years: $years, locked: $locked, refused: $refused) {
        costCurve {
          target
          effort
          penalty
          steps
          proven
        }
      }
    }
  }
`);

export const NEXT_BEST = graphql(`
  query NextBest(
    $code: ID!
    $target: Float!
    $buffer: Float!
    $years: Int!
    $locked: [Int!]
    $refused: [Int!]
  ) {
    region(code: $code) {
      pathToTarget(target: $target, buffer: $buffer, years: $years, locked: $locked, refused: $refused) {
        nextBest {
          effort
          penalty
          indexAfter {
            display
          }
          steps {
            indicator
            name
            fromLevel
            toLevel
            effort
          }
        }
      }
    }
  }
`);

export const REFUSALS = graphql(`
  query Refusals(
    $code: ID!
    $target: Float!
    $buffer: Float!
    $years: Int!
    $locked: [Int!]
    $refused: [Int!]
  ) {
    region(code: $code) {
      pathToTarget(target: $target, buffer: $buffer, years: $years, locked: $locked, refused: $refused) {
        refusals(first: 5) {
          step {
            indicator
            level
          }
          extraEffort
          extraPenalty
          instead {
            indicator
            level
          }
          maximum {
            display
          }
        }
      }
    }
  }
`);

export type PathRequest = VariablesOf<typeof PATH>;
export type Path = NonNullable<NonNullable<ResultOf<typeof PATH>["region"]>["pathToTarget"]>;
export type Step = Path["steps"][number];
export type LevelRequirement = Step["asks"][number];
type PathWithCostCurve = NonNullable<NonNullable<ResultOf<typeof COST_CURVE>["region"]>["pathToTarget"]>;
export type CostPoint = PathWithCostCurve["costCurve"][number];
type PathWithNextBest = NonNullable<NonNullable<ResultOf<typeof NEXT_BEST>["region"]>["pathToTarget"]>;
export type NextBest = NonNullable<PathWithNextBest["nextBest"]>;
type PathWithRefusals = NonNullable<NonNullable<ResultOf<typeof REFUSALS>["region"]>["pathToTarget"]>;
export type StepRefusal = PathWithRefusals["refusals"][number];
