CREATE INDEX "audit_actor_index" ON "audit" USING btree ("actor","id");--> statement-breakpoint
CREATE INDEX "audit_at_index" ON "audit" USING btree ("at");