/** The diagnostics of the graph as sentences, each with its counts and its method. */
import type { Formats } from "../../shared/format";
import type { RegionMessages } from "../messages";
import type { Diagnostics } from "./documents";

export interface Diagnosis {
  id: string;
  title: string;
  /** The figure without its sentence; null if it cannot be computed. */
  value: string | null;
  sentences: string[];
  method: string;
  /** The descriptions of the items that the figure counts. */
  items: string[];
  /** The ids of the exchanges that the figure counts. */
  exchanges: readonly string[];
}

export function listDiagnoses(
  diagnostics: Diagnostics,
  regionMessages: RegionMessages,
  format: Formats,
): Diagnosis[] {
  const messages = regionMessages.integration;
  const percent = (value: string | null) => (value === null ? null : format.percent(value));
  const parts = ({ part, of: total }: { part: string; of: string }) =>
    [format.number(part), format.number(total)] as const;
  const names = (nodes: readonly { name: string }[]) => format.list(nodes.map(({ name }) => name));
  const nodeCount = diagnostics.applications + diagnostics.outside;
  return [
    {
      id: "bus",
      title: messages.bus.title,
      value: percent(diagnostics.bus.value),
      sentences: [
        diagnostics.bus.value === null ? messages.bus.none : messages.bus.text(...parts(diagnostics.bus)),
        diagnostics.modeUnknown ? messages.bus.unknown(diagnostics.modeUnknown) : "",
      ],
      method: messages.bus.method,
      items: [],
      exchanges: [],
    },
    {
      id: "cut-points",
      title: messages.cutPoints.title,
      value: diagnostics.edges ? String(diagnostics.cutPointCount) : null,
      sentences: [diagnostics.edges ? messages.cutPoints.text(diagnostics.cutPointCount, nodeCount) : messages.cutPoints.none],
      method: messages.cutPoints.method,
      items: diagnostics.cutPoints.map(({ node, cutOffCount, cutOff }) =>
        messages.cutPoints.item(node.name, cutOffCount, names(cutOff)),
      ),
      exchanges: [],
    },
    {
      id: "isolated",
      title: messages.isolated.title,
      value: diagnostics.applications ? String(diagnostics.isolatedCount) : null,
      sentences: [
        diagnostics.applications
          ? messages.isolated.text(diagnostics.isolatedCount, diagnostics.applications)
          : messages.isolated.none,
      ],
      method: messages.isolated.method,
      items: diagnostics.isolated.map(({ name }) => name),
      exchanges: [],
    },
    {
      id: "silo",
      title: messages.silo.title,
      value: diagnostics.siloDisplay === null ? null : format.change(diagnostics.siloDisplay),
      sentences: [
        diagnostics.siloDisplay === null ? messages.silo.none : messages.silo.text(format.change(diagnostics.siloDisplay)),
        diagnostics.ownerUnknown ? messages.silo.unknown(diagnostics.ownerUnknown, diagnostics.applications) : "",
      ],
      method: messages.silo.method,
      items: [],
      exchanges: [],
    },
    {
      id: "propagation",
      title: messages.propagation.title,
      value: diagnostics.edges ? percent(diagnostics.propagation.value) : null,
      sentences: [
        diagnostics.edges && diagnostics.propagation.value !== null
          ? messages.propagation.text(...parts(diagnostics.propagation), diagnostics.applications)
          : messages.propagation.none,
      ],
      method: messages.propagation.method,
      items: [],
      exchanges: [],
    },
    {
      id: "debt",
      title: messages.debt.title,
      value: diagnostics.edges ? String(diagnostics.pointToPointDebtCount) : null,
      sentences: [
        diagnostics.edges ? messages.debt.text(diagnostics.pointToPointDebtCount, diagnostics.edges) : messages.debt.none,
      ],
      method: messages.debt.method,
      items: [],
      exchanges: diagnostics.pointToPointDebt,
    },
    {
      id: "producers",
      title: messages.producers.title,
      value: diagnostics.producers.value === null ? null : String(diagnostics.severalProducersCount),
      sentences: [
        diagnostics.producers.value === null
          ? messages.producers.none
          : messages.producers.text(diagnostics.severalProducersCount, format.number(diagnostics.producers.of)),
      ],
      method: messages.producers.method,
      items: diagnostics.severalProducers.map(({ dataObject, producers }) =>
        messages.producers.item(dataObject, names(producers)),
      ),
      exchanges: [],
    },
    {
      id: "reciprocity",
      title: messages.reciprocity.title,
      value: percent(diagnostics.reciprocity.value),
      sentences: [
        diagnostics.reciprocity.value === null
          ? messages.reciprocity.none
          : messages.reciprocity.text(...parts(diagnostics.reciprocity)),
      ],
      method: messages.reciprocity.method,
      items: [],
      exchanges: [],
    },
  ];
}
