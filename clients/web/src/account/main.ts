/** Starts the page of the viewer's own account. */
import { mount } from "svelte";
import "../shared/theme.css";
import "../shared/document.css";
import "../shared/account/form.css";
import { session } from "../shared/session.svelte";
import { watchSession } from "../shared/sessionWatch";
import AccountPage from "./AccountPage.svelte";

session.start();
watchSession();
mount(AccountPage, { target: document.getElementById("account")! });
