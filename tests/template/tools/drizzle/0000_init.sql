CREATE TABLE "drizzle_posts" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "drizzle_posts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"author" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "drizzle_users" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "drizzle_users_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"email" text NOT NULL,
	CONSTRAINT "drizzle_users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
ALTER TABLE "drizzle_posts" ADD CONSTRAINT "drizzle_posts_author_users_id_fk" FOREIGN KEY ("author") REFERENCES "public"."drizzle_users"("id") ON DELETE no action ON UPDATE no action;
