CREATE SEQUENCE "public"."call_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "busy_lines" (
	"user_id" text PRIMARY KEY NOT NULL,
	"call_id" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "calls" (
	"id" bigint PRIMARY KEY NOT NULL,
	"version" integer NOT NULL,
	"status" text NOT NULL,
	"channel" text NOT NULL,
	"cause" text,
	"caller_id" text NOT NULL,
	"caller_terminal_id" text,
	"callee_ids" text[] NOT NULL,
	"conversation_id" text,
	"call_type" text NOT NULL,
	"biz_type" text NOT NULL,
	"created_at" bigint NOT NULL,
	"start_by" bigint NOT NULL,
	"accepted_at" bigint,
	"started_at" bigint,
	"ended_at" bigint,
	"missed" boolean NOT NULL,
	"supersedes" bigint,
	"snapshot" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"event_id" text PRIMARY KEY NOT NULL,
	"call_id" bigint NOT NULL,
	"version" integer NOT NULL,
	"nth" integer NOT NULL,
	"type" text NOT NULL,
	"at" bigint NOT NULL,
	"user_id" text,
	"terminal_id" text,
	"why" text,
	"snapshot" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"caller_id" text NOT NULL,
	"key" text NOT NULL,
	"body_hash" text NOT NULL,
	"call_id" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "idempotency_keys_caller_id_key_pk" PRIMARY KEY("caller_id","key")
);
--> statement-breakpoint
CREATE TABLE "quality_samples" (
	"call_id" bigint NOT NULL,
	"user_id" text NOT NULL,
	"terminal_id" text NOT NULL,
	"quality" text NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "quality_samples_call_id_user_id_terminal_id_pk" PRIMARY KEY("call_id","user_id","terminal_id")
);
--> statement-breakpoint
CREATE TABLE "user_cursors" (
	"user_id" text PRIMARY KEY NOT NULL,
	"last_seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "user_events" (
	"user_id" text NOT NULL,
	"seq" bigint NOT NULL,
	"event_id" text NOT NULL,
	CONSTRAINT "user_events_user_id_seq_pk" PRIMARY KEY("user_id","seq")
);
--> statement-breakpoint
ALTER TABLE "busy_lines" ADD CONSTRAINT "busy_lines_call_id_calls_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."calls"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_call_id_calls_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."calls"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "busy_lines_by_call" ON "busy_lines" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "calls_by_caller" ON "calls" USING btree ("caller_id","created_at","id");--> statement-breakpoint
CREATE INDEX "calls_by_callee" ON "calls" USING gin ("callee_ids");--> statement-breakpoint
CREATE INDEX "calls_live_by_caller" ON "calls" USING btree ("caller_id") WHERE status in ('calling', 'accepted', 'ongoing');--> statement-breakpoint
CREATE INDEX "calls_live_by_callee" ON "calls" USING gin ("callee_ids") WHERE status in ('calling', 'accepted', 'ongoing');--> statement-breakpoint
CREATE INDEX "events_by_call" ON "events" USING btree ("call_id","version","nth");--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_call" ON "idempotency_keys" USING btree ("call_id");