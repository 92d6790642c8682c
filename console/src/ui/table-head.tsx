import type { JSX } from "preact";

/** The heading row of a plain table. The heading of a column with menus is only for screen readers. */
export function TableHead({
  columns,
  isLastHidden = false,
}: {
  columns: readonly string[];
  isLastHidden?: boolean;
}): JSX.Element {
  return (
    <thead>
      <tr>
        {columns.map((name, i) => (
          <th key={name} scope="col">
            {isLastHidden && i === columns.length - 1 ? <span class="visually-hidden">{name}</span> : name}
          </th>
        ))}
      </tr>
    </thead>
  );
}
