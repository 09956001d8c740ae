ALTER TABLE "webhook_endpoints" DROP CONSTRAINT "webhook_endpoints_url_unique";--> statement-breakpoint
DROP INDEX "webhook_deliveries_by_time";--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD COLUMN "epoch" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "webhook_endpoints" ADD COLUMN "epoch" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "webhook_endpoints" ADD COLUMN "removed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_waiting" ON "webhook_deliveries" USING btree ("endpoint_id","epoch") WHERE status = 'pending';--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_endpoints_url" ON "webhook_endpoints" USING btree ("url") WHERE not removed;