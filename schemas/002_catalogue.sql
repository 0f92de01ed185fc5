create table products (
	id integer generated always as identity primary key,
	sku text not null unique,
	name text not null,
	price_cents integer not null check (price_cents >= 0),
	stock integer not null default 0 check (stock >= 0),
	is_active boolean not null default true
);
