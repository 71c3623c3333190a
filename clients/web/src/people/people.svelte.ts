/** The state of the page: the viewer, the regions in whose scope it gives rights, and the people. */
import { createContext } from "svelte";
import { classifyFailure, type RequestFailure } from "../shared/account/failure";
import type { AccountRole } from "../shared/account/documents";
import { executeDocument } from "../shared/request";
import {
  MANAGED_ACCOUNT,
  PEOPLE,
  PEOPLE_OPENING,
  SCOPE_OPDS,
  SCOPE_REGIONS,
  type ManagedAccount,
  type OpdPage,
  type PeopleFilters,
  type PeoplePage,
  type PeopleViewer,
  type RegionPage,
  type ScopeOpd,
  type ScopeRegion,
} from "./documents";

/** The roles that each role gives, the usual one first. The server checks the permission. */
const GIVEN_ROLES: Partial<Record<AccountRole, readonly AccountRole[]>> = {
  ADMIN: ["REGION", "PROVINCE", "ASSESSOR", "OPD", "FOLLOWER", "ADMIN"],
  PROVINCE: ["REGION", "ASSESSOR", "OPD", "FOLLOWER"],
  REGION: ["OPD", "FOLLOWER"],
};

export class PeopleState {
  viewer = $state.raw<PeopleViewer | null>(null);
  /** Whether the server sends invitations by mail. */
  sendsMail = $state(false);
  /** The regions within which the viewer gives rights. */
  regions = $state.raw<readonly ScopeRegion[]>([]);
  /** Whether the regions are read; forms that choose a region wait for it. */
  hasRegions = $state(false);
  people = $state.raw<readonly ManagedAccount[] | null>(null);
  totalCount = $state(0);
  filters = $state.raw<PeopleFilters>({});
  /** The cursors of the pages before this one and of this one; null starts the first page. */
  cursors = $state.raw<readonly (string | null)[]>([null]);
  nextCursor = $state.raw<string | null>(null);
  failure = $state.raw<RequestFailure | null>(null);
  /** The names of OPDs that were read, by id, for the sentences of the audit. */
  #opdNames = $state.raw<ReadonlyMap<string, string>>(new Map());

  readonly givenRoles = $derived((this.viewer && GIVEN_ROLES[this.viewer.role]) ?? []);
  readonly mayGive = $derived(this.givenRoles.length > 0);
  readonly names = $derived(
    new Map([...this.regions.map(({ code, name }) => [code, name] as const), ...this.#opdNames]),
  );

  /** Reads the viewer and, for those who give rights, the regions and the people. */
  async open(): Promise<void> {
    try {
      const { instance } = await executeDocument(PEOPLE_OPENING, {});
      this.viewer = instance.viewer;
      this.sendsMail = instance.sendsMail;
      this.failure = null;
      if (!this.mayGive) return;
      await Promise.all([this.#readRegions(instance.viewer), this.read()]);
    } catch (reason) {
      this.failure = classifyFailure(reason);
    }
  }

  /** Reads the current page of people. */
  async read(): Promise<void> {
    try {
      const after = this.cursors.at(-1) ?? null;
      const { accounts } = await executeDocument(PEOPLE, { ...this.filters, after });
      this.#show(accounts);
      this.failure = null;
    } catch (reason) {
      this.failure = classifyFailure(reason);
    }
  }

  /** Reads the current page of people again without a person's act, so a failure is not reported. */
  async refresh(): Promise<void> {
    if (!this.people) return;
    const { filters, cursors } = this;
    const { accounts } = await executeDocument(PEOPLE, { ...filters, after: cursors.at(-1) ?? null }).catch(
      () => ({ accounts: null }),
    );
    if (accounts && filters === this.filters && cursors === this.cursors) this.#show(accounts);
  }

  async filter(filters: PeopleFilters): Promise<void> {
    this.filters = filters;
    this.cursors = [null];
    await this.read();
  }

  async turnTo(cursors: readonly (string | null)[]): Promise<void> {
    this.cursors = cursors;
    await this.read();
  }

  /** Reads one account again and shows it in the table; returns null if the viewer no longer manages it. */
  async readAccount(id: string): Promise<ManagedAccount | null> {
    const { account } = await executeDocument(MANAGED_ACCOUNT, { id });
    if (account) this.show(account);
    return account;
  }

  /** Shows the new state of an account in the table. */
  show(account: ManagedAccount): void {
    this.people = this.people?.map((person) => (person.id === account.id ? account : person)) ?? null;
    this.#keepOpdNames(account.opds);
  }

  async readOpds(code: string): Promise<ScopeOpd[]> {
    const opds: ScopeOpd[] = [];
    let after: string | null = null;
    do {
      const { region }: OpdPage = await executeDocument(SCOPE_OPDS, { code, after });
      opds.push(...(region?.opds.nodes ?? []));
      after = region?.opds.pageInfo.hasNextPage ? region.opds.pageInfo.endCursor : null;
    } while (after !== null);
    this.#keepOpdNames(opds);
    return opds;
  }

  async #readRegions({ role, regionCodes }: PeopleViewer): Promise<void> {
    const regions: ScopeRegion[] = [];
    let after: string | null = null;
    do {
      const { regions: page }: RegionPage = await executeDocument(SCOPE_REGIONS, { after });
      regions.push(...page.nodes);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    const isInScope = ({ code, parent }: ScopeRegion) =>
      regionCodes.includes(code) || (role === "PROVINCE" && parent !== null && regionCodes.includes(parent.code));
    this.regions = role === "ADMIN" ? regions : regions.filter(isInScope);
    this.hasRegions = true;
  }

  #show({ nodes, totalCount, pageInfo }: PeoplePage): void {
    this.people = nodes;
    this.totalCount = totalCount;
    this.nextCursor = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    this.#keepOpdNames(nodes.flatMap(({ opds }) => opds));
  }

  #keepOpdNames(opds: readonly { id: string; name: string }[]): void {
    this.#opdNames = new Map([...this.#opdNames, ...opds.map(({ id, name }) => [id, name] as const)]);
  }
}

export const [pagePeople, providePagePeople] = createContext<PeopleState>();
