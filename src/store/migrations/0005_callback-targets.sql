CREATE TABLE "callback_targets" (
	"app_id" text PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"commands" text[] NOT NULL
);
