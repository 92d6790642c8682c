import { render } from "preact";
import { App } from "./app.tsx";
import "./styles/base.css";
import "./styles/theme.css";
import "./styles/layout.css";
import "./styles/controls.css";
import "./styles/lists.css";
import "./styles/try-it.css";
import "./styles/plots.css";
import "./styles/cache.css";
import "./styles/fields.css";
import "./styles/condition.css";
import "./styles/rollout.css";
import "./styles/flag.css";
import "./styles/kit.css";

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
