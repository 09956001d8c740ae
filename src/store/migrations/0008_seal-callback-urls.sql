UPDATE "callback_targets" SET "url" = 'clear:' || "url";
