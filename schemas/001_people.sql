create table users (
	id integer generated always as identity primary key,
	name text not null,
	email text not null unique check (position('@' in email) > 1),
	role text not null default 'customer' check (role in ('customer', 'staff')),
	created_at timestamptz not null default now()
);
