import type { JSX, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { NAVIGATION, pageOf } from "./pages.tsx";
import { environment, environments } from "./state/environments.ts";
import { keptPlace } from "./state/page-place.ts";
import { go, href, route } from "./state/route.ts";
import { isInterrupted, isReadOnly, isSignedIn, signOut } from "./state/session.ts";
import { nextTheme, theme } from "./state/theme.ts";
import { titleOf } from "./state/title.ts";
import { Confirmations } from "./ui/confirm.tsx";
import { Conflicts } from "./ui/review/conflict.tsx";
import { OfflineBanner } from "./ui/messages/offline.tsx";
import { Reviews } from "./ui/review/review.tsx";
import { NotePrompt } from "./ui/note/note-prompt.tsx";
import { PageNotices } from "./ui/notices.tsx";
import { Icon } from "./ui/kit/icon.tsx";
import * as icons from "./ui/kit/icons.ts";
import { Loaded } from "./ui/states.tsx";
import { EnvironmentsPage } from "./pages/environments/environments.tsx";
import { FirstSteps } from "./pages/first-steps/first-steps.tsx";
import { PaletteOpener } from "./pages/palette/opener.tsx";
import { SignIn, SignInAgain } from "./pages/sign-in/sign-in.tsx";

const TITLES = new Map<string, string>(NAVIGATION.map(({ name, title }) => [name, title]));

export function App(): JSX.Element {
  return (
    <>
      {isSignedIn.value || isInterrupted.value ? <Shell /> : <SignIn />}
      <Confirmations />
      <Reviews />
      <Conflicts />
      <NotePrompt />
      {isInterrupted.value && <SignInAgain />}
      <PageNotices />
    </>
  );
}

function Shell(): JSX.Element {
  const { path } = route.value;
  usePageTitle();
  useTopOfPage(path.join("/"));
  const pages = useCurrentInView(path[0] ?? "");
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => (event.preventDefault(), document.getElementById("main")?.focus())}
      >
        Skip to content
      </a>
      <header class="bar">
        <a class="brand" href={href(["flags"])}>
          <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width="24" height="24" /> Burgee
        </a>
        <EnvironmentSwitcher />
        {isReadOnly.value && <span class="tag">Read-only</span>}
        <PaletteOpener />
        <ThemeButton />
        <button type="button" class="quiet" onClick={() => signOut()}>
          <Icon of={icons.signOut} /> <span class="wide-only">Sign out</span>
        </button>
      </header>
      <nav ref={pages} class="pages" aria-label="Pages">
        {NAVIGATION.map(({ name, title, icon }) => (
          <a key={name} href={href([name])} aria-current={(path[0] ?? "flags") === name ? "page" : undefined}>
            <Icon of={icon} /> {title}
          </a>
        ))}
      </nav>
      <main id="main" tabIndex={-1}>
        <OfflineBanner />
        <Loaded of={environments}>{() => <Page />}</Loaded>
      </main>
    </div>
  );
}

const THEME_NAMES = { system: "Auto", light: "Light", dark: "Dark" };
const THEME_ICONS = { system: icons.themeAuto, light: icons.themeLight, dark: icons.themeDark };

function ThemeButton(): JSX.Element {
  return (
    <button type="button" class="quiet" title="Change between automatic, light and dark colours" onClick={nextTheme}>
      <Icon of={THEME_ICONS[theme.value]} />
      <span class="visually-hidden">Theme: </span>
      <span class="wide-only">{THEME_NAMES[theme.value]}</span>
    </button>
  );
}

/** Where the names of the pages scroll, the current one comes into view. */
function useCurrentInView(page: string): RefObject<HTMLElement | null> {
  const pages = useRef<HTMLElement>(null);
  useEffect(() => {
    const current = pages.current?.querySelector<HTMLElement>("[aria-current]");
    if (pages.current === null || current == null) return;
    const { offsetLeft, clientWidth } = pages.current;
    pages.current.scrollLeft = current.offsetLeft - offsetLeft - (clientWidth - current.offsetWidth) / 2;
  }, [page]);
  return pages;
}

function usePageTitle(): void {
  const title = titleOf(route.value.path, environment.value, TITLES);
  useEffect(() => {
    document.title = title;
    return () => void (document.title = "Burgee");
  }, [title]);
}

/** Scrolls to the top of a new page, or to where the person was, and moves the focus there. */
function useTopOfPage(path: string): void {
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    scrollTo(0, keptPlace().top);
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [path]);
}

function Page(): JSX.Element {
  const key = environment.value;
  if (key !== undefined) return pageOf(route.value, key);
  return (
    <>
      <FirstSteps environment={undefined} flags={[]} />
      <EnvironmentsPage />
    </>
  );
}

function EnvironmentSwitcher(): JSX.Element | null {
  const known = environments.data.value ?? [];
  if (known.length === 0) return null;
  return (
    <label class="environment">
      <span class="visually-hidden">Environment</span>
      <select
        value={environment.value}
        onChange={({ currentTarget }) => {
          const wanted = currentTarget.value;
          // The page may ask before the person leaves it, so keep showing the current environment until then.
          currentTarget.value = environment.peek() ?? "";
          go(route.value.path, { ...route.value.query, environment: wanted });
        }}
      >
        {known.map(({ key, name }) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
