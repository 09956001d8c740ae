CREATE TABLE "placings" (
	"call_id" bigint PRIMARY KEY NOT NULL,
	"report" jsonb
);
--> statement-breakpoint
ALTER TABLE "placings" ADD CONSTRAINT "placings_call_id_calls_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."calls"("id") ON DELETE cascade ON UPDATE no action;