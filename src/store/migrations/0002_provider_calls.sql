ALTER TABLE "calls" ADD COLUMN "provider_call_id" text;--> statement-breakpoint
CREATE INDEX "calls_by_provider_id" ON "calls" USING btree ("provider_call_id") WHERE provider_call_id is not null;