/** Starts the page of the wall. */
import { mount } from "svelte";
import "../shared/theme.css";
import { takeToken } from "../shared/access";
import WallPage from "./WallPage.svelte";

takeToken();
mount(WallPage, { target: document.getElementById("wall")! });
