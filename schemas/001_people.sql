-- Who buys and who sells. Only `name` and `email` are demanded, so that a test can make a user in one line.
create table users (
	id integer generated always as identity primary key,
	name text not null check (name <> ''),
	email text not null unique check (position('@' in email) > 1),
	phone text check (phone ~ '^[0-9-]{8,}$'),
	role text not null default 'customer' check (role in ('customer', 'staff')),
	created_at timestamptz not null default now()
);
