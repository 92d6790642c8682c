/** The page of web-sdk.ts with React components, which show their values and count their renders. */
import {
  OpenFeatureProvider,
  useBooleanFlagValue,
  useNumberFlagValue,
  useObjectFlagValue,
  useStringFlagValue,
} from "@openfeature/react-sdk";
import { createElement, type FunctionComponent, Suspense } from "react";
import { createRoot } from "react-dom/client";
import "./web-sdk.ts";

declare global {
  /** The number of renders by flag. `waiting` counts those before the provider is ready. */
  var renders: Record<string, number>;
}

globalThis.renders = {};

function count(name: string): void {
  globalThis.renders[name] = (globalThis.renders[name] ?? 0) + 1;
}

function Waiting() {
  count("waiting");
  return createElement("p", { id: "waiting" }, "waiting");
}

function component(flag: string, useValue: () => unknown): FunctionComponent {
  return () => {
    count(flag);
    return createElement("p", { id: flag }, JSON.stringify(useValue()));
  };
}

const components = [
  component("new-header", () => useBooleanFlagValue("new-header", false)),
  component("headline", () => useStringFlagValue("headline", "none")),
  component("page-size", () => useNumberFlagValue("page-size", 1)),
  component("tax-rate", () => useNumberFlagValue("tax-rate", 0.5)),
  component("limits", () => useObjectFlagValue("limits", {})),
  component("plan-page", () => useStringFlagValue("plan-page", "none")),
  component("withdrawn", () => useStringFlagValue("withdrawn", "mine")),
];

const { document } = globalThis as unknown as { document: { querySelector(selector: string): never } };
const { start } = globalThis.client;
globalThis.client.start = (options) => {
  const started = start.call(globalThis.client, options);
  createRoot(document.querySelector("#root")).render(
    createElement(
      OpenFeatureProvider,
      { suspendUntilReady: true },
      createElement(
        Suspense,
        { fallback: createElement(Waiting) },
        components.map((each, i) => createElement(each, { key: i })),
      ),
    ),
  );
  return started;
};
