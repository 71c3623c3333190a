/** The diagnostics of the graph as sentences, each with its counts and its method. */
import type { Formats } from "../../shared/format";
import type { RegionMessages } from "../messages";
import type { Diagnostics, Ratio } from "./documents";

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
  const percent = ({ value }: Ratio) => (value === null ? null : format.percent(value.value));
  const parts = ({ numerator, denominator }: Ratio) =>
    [format.number(numerator), format.number(denominator)] as const;
  const names = (nodes: readonly { name: string }[]) => format.list(nodes.map(({ name }) => name));
  const { applicationCount, exchangeCount, siloIndex } = diagnostics;
  const nodeCount = applicationCount + diagnostics.outsideNodeCount;
  return [
    {
      id: "bus",
      title: messages.bus.title,
      value: percent(diagnostics.busUsage),
      sentences: [
        diagnostics.busUsage.value === null ? messages.bus.none : messages.bus.text(...parts(diagnostics.busUsage)),
        diagnostics.modeUnknownCount ? messages.bus.unknown(diagnostics.modeUnknownCount) : "",
      ],
      method: messages.bus.method,
      items: [],
      exchanges: [],
    },
    {
      id: "cut-points",
      title: messages.cutPoints.title,
      value: exchangeCount ? String(diagnostics.cutPoints.totalCount) : null,
      sentences: [exchangeCount ? messages.cutPoints.text(diagnostics.cutPoints.totalCount, nodeCount) : messages.cutPoints.none],
      method: messages.cutPoints.method,
      items: diagnostics.cutPoints.nodes.map(({ node, cutOffCount, cutOffNodes }) =>
        messages.cutPoints.item(node.name, cutOffCount, names(cutOffNodes)),
      ),
      exchanges: [],
    },
    {
      id: "isolated",
      title: messages.isolated.title,
      value: applicationCount ? String(diagnostics.isolated.totalCount) : null,
      sentences: [
        applicationCount
          ? messages.isolated.text(diagnostics.isolated.totalCount, applicationCount)
          : messages.isolated.none,
      ],
      method: messages.isolated.method,
      items: diagnostics.isolated.nodes.map(({ name }) => name),
      exchanges: [],
    },
    {
      id: "silo",
      title: messages.silo.title,
      value: siloIndex === null ? null : format.change(siloIndex.display),
      sentences: [
        siloIndex === null ? messages.silo.none : messages.silo.text(format.change(siloIndex.display)),
        diagnostics.ownerUnknownCount ? messages.silo.unknown(diagnostics.ownerUnknownCount, applicationCount) : "",
      ],
      method: messages.silo.method,
      items: [],
      exchanges: [],
    },
    {
      id: "propagation",
      title: messages.propagation.title,
      value: exchangeCount ? percent(diagnostics.propagationCost) : null,
      sentences: [
        exchangeCount && diagnostics.propagationCost.value !== null
          ? messages.propagation.text(...parts(diagnostics.propagationCost), applicationCount)
          : messages.propagation.none,
      ],
      method: messages.propagation.method,
      items: [],
      exchanges: [],
    },
    {
      id: "debt",
      title: messages.debt.title,
      value: exchangeCount ? String(diagnostics.pointToPointDebt.totalCount) : null,
      sentences: [
        exchangeCount ? messages.debt.text(diagnostics.pointToPointDebt.totalCount, exchangeCount) : messages.debt.none,
      ],
      method: messages.debt.method,
      items: [],
      exchanges: diagnostics.pointToPointDebt.nodes.map(({ id }) => id),
    },
    {
      id: "producers",
      title: messages.producers.title,
      value: diagnostics.producerRedundancy.value === null ? null : String(diagnostics.severalProducers.totalCount),
      sentences: [
        diagnostics.producerRedundancy.value === null
          ? messages.producers.none
          : messages.producers.text(diagnostics.severalProducers.totalCount, format.number(diagnostics.producerRedundancy.denominator)),
      ],
      method: messages.producers.method,
      items: diagnostics.severalProducers.nodes.map(({ name, producers }) =>
        messages.producers.item(name, names(producers)),
      ),
      exchanges: [],
    },
    {
      id: "reciprocity",
      title: messages.reciprocity.title,
      value: percent(diagnostics.reciprocity),
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
