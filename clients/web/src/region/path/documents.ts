/** The GraphQL documents of the path to a target: the plan, the cost curve, the next best path, exclusions. */
import type { ResultOf } from "gql.tada";
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
  query Path($code: ID!, $input: PathInput!) {
    region(code: $code) {
      pathToTarget(input: $input) {
        outcome
        isEstimated
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
          gain {
            value
          }
          effort
          isEffortEdited
          mustRise
          criterion
          requirements
          requiredEvidence
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
        brokenPrecedences {
          kind
          step {
            indicator
            level
          }
          prerequisite {
            indicator
            level
          }
          penalty
        }
        levelsToMaintain {
          indicator
          name
          level
          criterion
          requirements
        }
        isProven
        lowerBound
        unclaimedIndicators
        effortScale {
          tableId
          version
        }
        isEffortAssumed
        precedenceRules {
          tableId
          version
        }
        inputsHash
        unreachable {
          maximumIndex {
            display
          }
          reachesTarget
        }
      }
    }
  }
`);

export const COST_CURVE = graphql(`
  query CostCurve($code: ID!, $input: PathInput!) {
    region(code: $code) {
      pathToTarget(input: $input) {
        costCurve {
          target
          effort
          penalty
          stepCount
        }
      }
    }
  }
`);

export const NEXT_BEST = graphql(`
  query NextBest($code: ID!, $input: PathInput!) {
    region(code: $code) {
      pathToTarget(input: $input) {
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

export const EXCLUSIONS = graphql(`
  query Exclusions($code: ID!, $input: PathInput!) {
    region(code: $code) {
      pathToTarget(input: $input) {
        exclusions(stepCount: 5) {
          step {
            indicator
            level
          }
          extraEffort
          extraPenalty
          replacements {
            indicator
            level
          }
          maximumIndex {
            display
          }
        }
      }
    }
  }
`);

export type Path = NonNullable<NonNullable<ResultOf<typeof PATH>["region"]>["pathToTarget"]>;
export type Step = Path["steps"][number];
export type LevelRequirement = Step["requirements"][number];
export type PrecedenceKind = Path["brokenPrecedences"][number]["kind"];
type PathWithCostCurve = NonNullable<NonNullable<ResultOf<typeof COST_CURVE>["region"]>["pathToTarget"]>;
export type CostPoint = NonNullable<PathWithCostCurve["costCurve"]>[number];
type PathWithNextBest = NonNullable<NonNullable<ResultOf<typeof NEXT_BEST>["region"]>["pathToTarget"]>;
export type NextBest = NonNullable<PathWithNextBest["nextBest"]>;
type PathWithExclusions = NonNullable<NonNullable<ResultOf<typeof EXCLUSIONS>["region"]>["pathToTarget"]>;
export type ExcludedStep = NonNullable<PathWithExclusions["exclusions"]>[number];
