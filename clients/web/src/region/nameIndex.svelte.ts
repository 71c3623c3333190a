/** Names for the ids that rules use: applications, their functions, and exchanges. */
import { ask, oneAtATime } from "../shared/request";
import { EXCHANGE, NAMES } from "./documents";
import type { Exchange, Named, NamedApplication } from "./documents";

export class NameIndex {
  applications = $state.raw<ReadonlyMap<string, NamedApplication>>(new Map());
  exchanges = $state.raw<ReadonlyMap<string, Exchange>>(new Map());
  loaded = $state(false);
  /** Ids that were requested once, found or not. */
  readonly #sought = new Set<string>();
  readonly #run: () => Promise<void>;

  constructor(code: string) {
    this.#run = oneAtATime(() => this.#read(code), 0);
    this.refresh();
  }

  /** A name that cannot be read is shown as its id, so a failure here needs no message of its own. */
  refresh(): void {
    this.#run().catch(() => undefined);
  }

  nameOf(application: string): string {
    return this.applications.get(application)?.name ?? application;
  }

  readonly functions = $derived.by((): ReadonlyMap<string, string> => {
    const found = [...this.applications.values()].flatMap(({ functionTag }) =>
      functionTag?.function ? [functionTag.function] : [],
    );
    return new Map(found.map(({ id, name }) => [id, name]));
  });

  /** Looks up names that this region's own list does not contain: exchanges that begin elsewhere. */
  seek(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.exchanges.has(id) || this.#sought.has(id)) continue;
      this.#sought.add(id);
      ask(EXCHANGE, { id }).then(({ node }) => {
        if (node && "dataObject" in node) this.exchanges = new Map(this.exchanges).set(id, node);
      }, () => this.#sought.delete(id));
    }
  }

  async #read(code: string): Promise<void> {
    const applications = new Map<string, NamedApplication>();
    const exchanges = new Map(this.exchanges);
    const after: { applications: string | null; exchanges: string | null } = {
      applications: null,
      exchanges: null,
    };
    let more = true;
    while (more) {
      const { region }: { region: Named | null } = await ask(NAMES, { code, ...after });
      if (region === null) return;
      const [first, second] = [region.applications, region.integrations];
      for (const each of first.nodes) applications.set(each.id, each);
      for (const each of second.nodes) exchanges.set(each.id, each);
      after.applications = first.pageInfo.endCursor ?? after.applications;
      after.exchanges = second.pageInfo.endCursor ?? after.exchanges;
      more = first.pageInfo.hasNextPage || second.pageInfo.hasNextPage;
    }
    this.applications = applications;
    this.exchanges = exchanges;
    this.loaded = true;
  }
}
