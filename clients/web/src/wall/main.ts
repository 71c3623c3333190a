/** Starts the command-center wall. */
import { mount } from "svelte";
import "../shared/theme.css";
import { takeToken } from "../shared/access";
import WallPage from "./WallPage.svelte";

takeToken();
mount(WallPage, { target: document.getElementById("wall")! });
