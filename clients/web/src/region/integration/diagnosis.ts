/** The diagnostics of the graph as sentences, each with its n and the way it is computed. */
import type { Formats } from "../../shared/format";
import type { RegionMessages } from "../messages";
import type { Diagnostics } from "./documents";

export interface Diagnosis {
  id: string;
  title: string;
  /** The figure alone; null if it cannot be computed. */
  value: string | null;
  sentences: string[];
  method: string;
  /** The names of the things that the figure counts. */
  items: string[];
  /** The exchanges that the figure counts. */
  exchanges: readonly string[];
}

export function diagnoses(found: Diagnostics, messages: RegionMessages, format: Formats): Diagnosis[] {
  const say = messages.integration;
  const percent = (value: string | null) => (value === null ? null : format.percent(value));
  const parts = ({ part, of }: { part: string; of: string }) =>
    [format.number(part), format.number(of)] as const;
  const names = (ends: readonly { name: string }[]) => format.list(ends.map(({ name }) => name));
  const nodes = found.applications + found.outside;
  return [
    {
      id: "bus",
      title: say.bus.title,
      value: percent(found.bus.value),
      sentences: [
        found.bus.value === null ? say.bus.none : say.bus.text(...parts(found.bus)),
        found.modeUnknown ? say.bus.unknown(found.modeUnknown) : "",
      ],
      method: say.bus.method,
      items: [],
      exchanges: [],
    },
    {
      id: "cut-points",
      title: say.cutPoints.title,
      value: found.edges ? String(found.cutPointCount) : null,
      sentences: [found.edges ? say.cutPoints.text(found.cutPointCount, nodes) : say.cutPoints.none],
      method: say.cutPoints.method,
      items: found.cutPoints.map(({ node, cutOffCount, cutOff }) =>
        say.cutPoints.item(node.name, cutOffCount, names(cutOff)),
      ),
      exchanges: [],
    },
    {
      id: "isolated",
      title: say.isolated.title,
      value: found.applications ? String(found.isolatedCount) : null,
      sentences: [
        found.applications
          ? say.isolated.text(found.isolatedCount, found.applications)
          : say.isolated.none,
      ],
      method: say.isolated.method,
      items: found.isolated.map(({ name }) => name),
      exchanges: [],
    },
    {
      id: "silo",
      title: say.silo.title,
      value: found.siloDisplay === null ? null : format.change(found.siloDisplay),
      sentences: [
        found.siloDisplay === null ? say.silo.none : say.silo.text(format.change(found.siloDisplay)),
        found.ownerUnknown ? say.silo.unknown(found.ownerUnknown, found.applications) : "",
      ],
      method: say.silo.method,
      items: [],
      exchanges: [],
    },
    {
      id: "propagation",
      title: say.propagation.title,
      value: found.edges ? percent(found.propagation.value) : null,
      sentences: [
        found.edges && found.propagation.value !== null
          ? say.propagation.text(...parts(found.propagation), found.applications)
          : say.propagation.none,
      ],
      method: say.propagation.method,
      items: [],
      exchanges: [],
    },
    {
      id: "debt",
      title: say.debt.title,
      value: found.edges ? String(found.pointToPointDebtCount) : null,
      sentences: [
        found.edges ? say.debt.text(found.pointToPointDebtCount, found.edges) : say.debt.none,
      ],
      method: say.debt.method,
      items: [],
      exchanges: found.pointToPointDebt,
    },
    {
      id: "producers",
      title: say.producers.title,
      value: found.producers.value === null ? null : String(found.severalProducersCount),
      sentences: [
        found.producers.value === null
          ? say.producers.none
          : say.producers.text(found.severalProducersCount, format.number(found.producers.of)),
      ],
      method: say.producers.method,
      items: found.severalProducers.map((each) =>
        say.producers.item(each.dataObject, names(each.producers)),
      ),
      exchanges: [],
    },
    {
      id: "reciprocity",
      title: say.reciprocity.title,
      value: percent(found.reciprocity.value),
      sentences: [
        found.reciprocity.value === null
          ? say.reciprocity.none
          : say.reciprocity.text(...parts(found.reciprocity)),
      ],
      method: say.reciprocity.method,
      items: [],
      exchanges: [],
    },
  ];
}
