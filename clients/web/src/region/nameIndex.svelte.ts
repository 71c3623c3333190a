/** The index of names by id: the names of applications, of their functions, and of exchanges. */
import { coalesceCalls } from "../shared/coalesce";
import { executeDocument } from "../shared/request";
import { EXCHANGE, NAMES } from "./documents";
import type { Exchange, NamedApplication, RegionNames } from "./documents";

export class NameIndex {
  applications = $state.raw<ReadonlyMap<string, NamedApplication>>(new Map());
  exchanges = $state.raw<ReadonlyMap<string, Exchange>>(new Map());
  loaded = $state(false);
  /** The ids of the exchanges that were requested before, whether or not they exist. */
  readonly #requestedIds = new Set<string>();
  readonly #run: () => Promise<void>;

  constructor(code: string) {
    this.#run = coalesceCalls(() => this.#read(code), 0);
    this.refresh();
  }

  /** Reads the names again. On a failure the page shows ids, so the failure needs no message. */
  refresh(): void {
    this.#run().catch(() => undefined);
  }

  nameOf(application: string): string {
    return this.applications.get(application)?.name ?? application;
  }

  readonly functions = $derived.by((): ReadonlyMap<string, string> => {
    const functions = [...this.applications.values()].flatMap(({ functionTag }) =>
      functionTag?.function ? [functionTag.function] : [],
    );
    return new Map(functions.map(({ id, name }) => [id, name]));
  });

  /** Loads exchanges that the region's list does not contain, because they start in another region. */
  loadExchanges(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.exchanges.has(id) || this.#requestedIds.has(id)) continue;
      this.#requestedIds.add(id);
      executeDocument(EXCHANGE, { id }).then(({ node }) => {
        if (node && "dataObject" in node) this.exchanges = new Map(this.exchanges).set(id, node);
      }, () => this.#requestedIds.delete(id));
    }
  }

  async #read(code: string): Promise<void> {
    const applications = new Map<string, NamedApplication>();
    const exchanges = new Map(this.exchanges);
    const cursors: { applications: string | null; exchanges: string | null } = {
      applications: null,
      exchanges: null,
    };
    let hasMore = true;
    while (hasMore) {
      const { region }: { region: RegionNames | null } = await executeDocument(NAMES, { code, ...cursors });
      if (region === null) return;
      const { nodes: applicationNodes, pageInfo: applicationPage } = region.applications;
      const { nodes: exchangeNodes, pageInfo: exchangePage } = region.integrations;
      for (const application of applicationNodes) applications.set(application.id, application);
      for (const exchange of exchangeNodes) exchanges.set(exchange.id, exchange);
      cursors.applications = applicationPage.endCursor ?? cursors.applications;
      cursors.exchanges = exchangePage.endCursor ?? cursors.exchanges;
      hasMore = applicationPage.hasNextPage || exchangePage.hasNextPage;
    }
    this.applications = applications;
    this.exchanges = exchanges;
    this.loaded = true;
  }
}
