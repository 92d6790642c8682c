import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { allPages } from "../../../../sdk/client/client.ts";
import { environments } from "../../state/environments.ts";
import { favourites, recentFlags } from "../../state/flags/kept/favourites.ts";
import { compareNames } from "../../state/flags/flag-filter.ts";
import { toggleFlag } from "../../state/flags/flag-changes.ts";
import { type FlagList, flagListOf, flagOfRow } from "../../state/flags/flag-list.ts";
import { useResource } from "../../state/resource.ts";
import { go, route } from "../../state/route.ts";
import { client, isReadOnly, signOut } from "../../state/session.ts";
import { shortcuts } from "../../state/shortcuts.ts";
import { nextTheme } from "../../state/theme.ts";
import { type Command, CommandPalette } from "../../ui/kit/command-palette.tsx";
import * as icons from "../../ui/kit/icons.ts";
import { NAVIGATION } from "../../pages.tsx";

/** Everything that the palette finds: shortcuts, pages, environments, flags, segments, and actions on flags. */
export function Palette({ environment, onClose }: { environment: string; onClose: () => void }): JSX.Element {
  const list = flagListOf(environment);
  // The palette is the first to need the flags on every page but the list.
  useResource(async () => (list.isWhole.peek() || list.isLoading.peek() ? undefined : await list.reload()), [list]);
  const segments = useResource(() => readSegments(environment), [environment]).data.value ?? [];
  const known = environments.data.value;
  const rows = list.data.value;
  const keys = shortcuts.value;
  const commands = useMemo(
    () => withOwnFirst([...shortcutCommands(), ...placeCommands(environment), ...flagCommands(list, segments)]),
    [environment, list, rows, segments, known, keys],
  );
  return <CommandPalette commands={commands} onClose={onClose} />;
}

/** The order for an empty search: favourites, the flags that were visited last, and then the rest. */
function withOwnFirst(commands: readonly Command[]): Command[] {
  const byValue = new Map(commands.map((command) => [command.value, command]));
  const [page, here] = route.peek().path;
  const take = (keys: Iterable<string>, kind: string, icon: typeof icons.favourite): Command[] =>
    [...keys].flatMap((key) => {
      const command = byValue.get(`flag ${key}`);
      // The page of the flag is open already.
      if (command === undefined || (page === "flags" && key === here)) return [];
      byValue.delete(command.value);
      return { ...command, hint: `${kind} ${command.hint?.replace(/^Flag/, "flag")}`, icon };
    });
  const own = [
    ...take([...favourites.peek()].toSorted(compareNames), "Favourite", icons.favourite),
    ...take(recentFlags.peek(), "Recent", icons.history),
  ];
  return [...own, ...byValue.values()];
}

async function readSegments(environment: string) {
  const path = { env: environment };
  return await allPages((cursor) => client.call("listSegments", { path, query: { limit: "200", cursor } }));
}

function shortcutCommands(): Command[] {
  const registered = shortcuts.peek().filter(({ keys }) => keys !== "Ctrl-K");
  return [
    ...registered.map(({ keys, label, run }) => ({ value: `key ${keys}`, label, hint: keys, icon: icons.key, run })),
    { value: "action theme", label: "Change the theme", hint: "Action", icon: icons.themeAuto, run: nextTheme },
    { value: "action sign out", label: "Sign out", hint: "Action", icon: icons.signOut, run: () => signOut() },
  ];
}

function placeCommands(environment: string): Command[] {
  const others = (environments.data.peek() ?? []).filter(({ key }) => key !== environment);
  return [
    ...NAVIGATION.map(({ name, title, icon }) => ({
      value: `page ${name}`,
      label: title,
      hint: "Page",
      icon,
      run: () => go([name]),
    })),
    ...others.map(({ key, name }) => ({
      value: `environment ${key}`,
      label: name,
      hint: "Environment",
      icon: icons.environment,
      run: () => go(route.peek().path, { ...route.peek().query, environment: key }),
    })),
  ];
}

type Segment = Awaited<ReturnType<typeof readSegments>>[number];

function flagCommands(list: FlagList, segments: readonly Segment[]): Command[] {
  const rows = [...(list.data.peek() ?? [])].toSorted((a, b) => compareNames(a.key, b.key));
  return [
    ...rows.map(({ key, description = "" }) => ({
      value: `flag ${key}`,
      label: key,
      hint: description === "" ? "Flag" : `Flag · ${description}`,
      icon: icons.flag,
      run: () => go(["flags", key]),
    })),
    ...segments.map(({ key }) => ({
      value: `segment ${key}`,
      label: key,
      hint: "Segment",
      icon: icons.segment,
      run: () => go(["segments", key]),
    })),
    ...(isReadOnly.peek() ? [] : rows).map((row) => ({
      value: `switch ${row.key}`,
      label: `Turn ${row.enabled ? "off" : "on"} ${row.key}`,
      hint: `Action in ${list.environment}`,
      icon: icons.power,
      run: () => void toggleFlag(list.environment, flagOfRow(row), (changed) => list.show(row.key, changed)),
    })),
  ];
}
