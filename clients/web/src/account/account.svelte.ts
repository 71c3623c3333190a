/** The state of the page: the account of the viewer, which is read again after each change. */
import { createContext } from "svelte";
import { classifyFailure, type RequestFailure } from "../shared/account/failure";
import { executeDocument } from "../shared/request";
import { OWN_ACCOUNT, type OwnAccount } from "./documents";

export class AccountState {
  account = $state.raw<OwnAccount | null>(null);
  isRead = $state(false);
  failure = $state.raw<RequestFailure | null>(null);
  /** Changes when the audit must be read again. */
  revision = $state(0);

  /** The names of the regions and OPDs of the account, by code and id. */
  readonly scopeNames = $derived.by(() => {
    const { regions = [], opds = [] } = this.account ?? {};
    return new Map([
      ...regions.map(({ code, name }) => [code, name] as const),
      ...opds.map(({ id, name }) => [id, name] as const),
    ]);
  });

  /** Reads the account. What is shown stays if the server does not respond. */
  async read(): Promise<void> {
    try {
      const { instance } = await executeDocument(OWN_ACCOUNT, {});
      this.account = instance.viewer.account;
      this.isRead = true;
      this.failure = null;
      this.revision += 1;
    } catch (reason) {
      this.failure = classifyFailure(reason);
    }
  }
}

export const [pageAccount, providePageAccount] = createContext<AccountState>();
