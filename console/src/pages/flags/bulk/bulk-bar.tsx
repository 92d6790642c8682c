import type { ComponentType, JSX } from "preact";
import { useState } from "preact/hooks";
import { loadCode } from "../../../state/load-code.ts";
import { notifyFailure } from "../../../state/notices.ts";
import { Menu } from "../../../ui/kit/menu.tsx";
import * as icons from "../../../ui/kit/icons.ts";
import type { BulkAction, BulkDialog } from "./bulk-dialog.tsx";

interface Props {
  environment: string;
  selected: ReadonlySet<string>;
  /** The number of flags that the search finds. */
  found: number;
  onSelectAll: () => void;
  onClear: () => void;
  onWritten: () => void;
}

type Dialog = ComponentType<Parameters<typeof BulkDialog>[0]>;

/** The number of selected flags, and the changes of them. */
export function BulkBar({ environment, selected, found, onSelectAll, onClear, onWritten }: Props): JSX.Element {
  const [opened, setOpened] = useState<{ dialog: Dialog; action: BulkAction } | undefined>(undefined);
  const open = (action: BulkAction) => (): void => {
    void loadCode(() => import("./bulk-dialog.tsx")).then(
      (code) => setOpened({ dialog: code.BulkDialog, action }),
      (error: unknown) => notifyFailure("Could not open the dialog", error),
    );
  };
  const Opened = opened?.dialog;
  return (
    <div class="bulk-bar" role="region" aria-label="Selected flags">
      <span role="status">{selected.size} selected</span>
      <Menu
        label="Change the selected flags"
        text="Change"
        items={[
          { label: "Turn on…", icon: icons.power, does: open("on") },
          { label: "Turn off…", icon: icons.power, does: open("off") },
          { label: "Add a tag…", icon: icons.tag, does: open("tag") },
          { label: "Remove a tag…", icon: icons.tag, does: open("untag") },
          { label: "Set the owner…", icon: icons.person, does: open("owner") },
          { label: "Archive…", icon: icons.archive, isDestructive: true, does: open("archive") },
        ]}
      />
      {selected.size < found && (
        <button type="button" class="link" onClick={onSelectAll}>
          Select all {found}
        </button>
      )}
      <button type="button" class="link" onClick={onClear}>
        Clear
      </button>
      {opened !== undefined && Opened !== undefined && (
        <Opened
          action={opened.action}
          environment={environment}
          keys={selected}
          onWritten={onWritten}
          onClose={() => setOpened(undefined)}
        />
      )}
    </div>
  );
}
