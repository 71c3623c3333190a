/** Starts the page of the wall. */
import { mount } from "svelte";
import "../shared/theme.css";
import { session } from "../shared/session.svelte";
import WallPage from "./WallPage.svelte";

session.start({ goesOnPublicly: true });
mount(WallPage, { target: document.getElementById("wall")! });
