/** An act on an account: its sending, its problem, and what changed if another person was first. */
import { classifyFailure, type RequestFailure } from "../../shared/account/failure";
import { accountWords } from "../../shared/account/words.svelte";
import type { ManagedAccount } from "../documents";
import { i18n } from "../i18n.svelte";
import type { PeopleState } from "../people.svelte";
import { describeConflict } from "./conflict";

type ActResult = ManagedAccount & { __typename: "Account" };
interface ActProblem {
  __typename: string;
  field?: string;
  currentState?: string;
}

export class AccountAct {
  isSending = $state(false);
  problem = $state("");
  failure = $state.raw<RequestFailure | null>(null);

  constructor(readonly page: PeopleState) {}

  /** Sends a mutation that returns the account; resolves with the account, or with null if it was refused. */
  async run(
    account: ManagedAccount,
    send: () => Promise<ActResult | ActProblem>,
  ): Promise<ManagedAccount | null> {
    if (this.isSending) return null;
    this.isSending = true;
    this.reset();
    try {
      const result = await send();
      if (isAccount(result)) {
        this.page.show(result);
        return result;
      }
      this.problem = await this.#problemOf(account, result);
    } catch (reason) {
      this.failure = classifyFailure(reason);
    } finally {
      this.isSending = false;
    }
    return null;
  }

  reset(): void {
    this.problem = "";
    this.failure = null;
  }

  async #problemOf(account: ManagedAccount, { __typename, field, currentState }: ActProblem): Promise<string> {
    const { invite, person } = i18n.messages;
    if (currentState === "LAST_ADMIN") return person.lastAdmin;
    switch (__typename) {
      case "VersionConflict":
      case "WrongState": {
        const current = await this.page.readAccount(account.id);
        if (!current) return person.gone;
        return describeConflict(account, current, i18n.messages, accountWords.messages, i18n.format);
      }
      case "InvalidInput":
        if (field === "reason") return person.reasonInvalid;
        return invite.invalid[field?.split(".")[0] ?? ""] ?? invite.invalidOther(field ?? "");
      default:
        return person.gone;
    }
  }
}

function isAccount(result: ActResult | ActProblem): result is ActResult {
  return result.__typename === "Account";
}
