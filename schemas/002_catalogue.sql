-- What is for sale. Categories form a tree: a root has no parent.
create table categories (
	id integer generated always as identity primary key,
	parent_id integer references categories (id),
	name text not null unique,
	check (parent_id <> id)
);

create table products (
	id integer generated always as identity primary key,
	category_id integer references categories (id),
	sku text not null unique check (sku = upper(sku)),
	name text not null,
	price_cents integer not null check (price_cents >= 0),
	stock integer not null default 0 check (stock >= 0),
	is_active boolean not null default true
);

create index products_category_id_index on products (category_id);

-- Deferred, because two pictures that change places share a position between the first update and the second.
create table product_images (
	id integer generated always as identity primary key,
	product_id integer not null references products (id) on delete cascade,
	position smallint not null check (position > 0),
	file text not null,
	constraint product_images_position_is_taken unique (product_id, position) deferrable initially deferred
);
