import type { JSX } from "preact";
import { allPages } from "../../../../sdk/client/client.ts";
import { restoreArchived } from "../../state/flags/whole-flag.ts";
import { useResource } from "../../state/resource.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { Empty, Loaded } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";

/** The archived flags of the project, which evaluate as not found. */
export function ArchivedFlags({ search }: { search: string }): JSX.Element {
  const archived = useResource(readArchived, []);
  const restore = async (key: string): Promise<void> => {
    if (!(await restoreArchived(key))) return;
    archived.set((archived.data.peek() ?? []).filter((one) => one.key !== key));
  };
  return (
    <Loaded of={archived}>
      {(all) => {
        const found = all.filter(({ key, description }) => `${key} ${description}`.toLowerCase().includes(search));
        if (found.length === 0) return <Empty title="No archived flags" />;
        return (
          <table class="list">
            <thead>
              <tr>
                <th scope="col">Flag</th>
                <th scope="col">Environments</th>
                <th scope="col">Archived</th>
                <th scope="col">Action</th>
              </tr>
            </thead>
            <tbody>
              {found.map(({ key, description, environments, archivedAt }) => (
                <tr key={key}>
                  <td>
                    {key}
                    {description !== "" && <p class="hint">{description}</p>}
                  </td>
                  <td data-label="Environments">{environments.join(", ")}</td>
                  <td data-label="Archived">{archivedAt !== undefined && <Time at={archivedAt} />}</td>
                  <td data-label="Action">
                    <button type="button" disabled={isReadOnly.value} onClick={() => void restore(key)}>
                      Restore {key}…
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        );
      }}
    </Loaded>
  );
}

async function readArchived() {
  const query = { archived: "true", limit: "200" } as const;
  return await allPages((cursor) => client.call("listDefinitions", { query: { ...query, cursor } }));
}
