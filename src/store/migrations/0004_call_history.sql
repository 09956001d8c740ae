ALTER TABLE "calls" ADD COLUMN "missed_by" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE INDEX "calls_by_missed" ON "calls" USING gin ("missed_by");--> statement-breakpoint
CREATE INDEX "calls_by_time" ON "calls" USING btree ("created_at","id");--> statement-breakpoint
UPDATE "calls" SET "missed_by" = "callee_ids" WHERE "missed";