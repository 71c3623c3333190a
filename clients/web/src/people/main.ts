/** Starts the page of the people and programs that have a right. */
import { mount } from "svelte";
import "../shared/theme.css";
import "../shared/document.css";
import "../shared/account/form.css";
import { session } from "../shared/session.svelte";
import { watchSession } from "../shared/sessionWatch";
import PeoplePage from "./PeoplePage.svelte";

session.start();
watchSession();
mount(PeoplePage, { target: document.getElementById("people")! });
