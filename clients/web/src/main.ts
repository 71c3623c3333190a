/** Starts the command-center wall. */
import { mount } from "svelte";
import "./theme.css";
import { takeToken } from "./access";
import WallPage from "./WallPage.svelte";

takeToken();
mount(WallPage, { target: document.getElementById("wall")! });
