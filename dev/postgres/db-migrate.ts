/** `npm run db:migrate` applies the missing migrations to the database at DATABASE_URL. */
import { reportFailure } from "../failure.ts";
import { migrateDatabase, migrationText } from "./migrate-database.ts";

migrateDatabase(process.env).then(
  (applied) => console.log(migrationText(applied)),
  (error: unknown) => reportFailure(error),
);
